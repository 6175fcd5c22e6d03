# Debian packages. `run` needs the first list, `test` both.
PACKAGES_BUILD := g++ make binutils musl-tools libseccomp-dev libcap-ng-dev rapidjson-dev libexpected-dev busybox-static
PACKAGES_TEST := git libgtest-dev clang clang-format clang-tidy libclang-rt-14-dev jq strace runc crun util-linux \
  procps iproute2 uidmap user-mode-linux cpio zstd xz-utils mmdebstrap python3 e2fsprogs qemu-system-x86 \
  groff-base zsh fish criu checkpolicy apparmor

# Quick when all is there: dpkg is asked, not apt.
missing = $$(for p in $(1); do dpkg-query -W -f '$${db:Status-Status}' $$p 2>/dev/null | grep -qx installed || echo $$p; done)
install = @set -e; want="$(call missing,$(1))"; [ -z "$$want" ] || { \
  echo "installing: $$(echo $$want)"; apt-get update -qq; \
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$want > /dev/null; }

.PHONY: deps deps-build run test
deps-build:
	$(call install,$(PACKAGES_BUILD))
deps:
	$(call install,$(PACKAGES_BUILD) $(PACKAGES_TEST))

# A second make, because what deps installs changes what the Makefile finds (compilers, musl).
run: deps-build
	@$(MAKE) --no-print-directory -j2 all
	@tests/demo/run.sh $(BUILD)/tare $(BUILD)/demo
test: deps
	@BUILD=$(BUILD) tests/all.sh
