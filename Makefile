# Two commands do everything, on a fresh Debian as root: `make run` and `make test`.
# `make help` lists the others. Everything built lies in $(BUILD).

BUILD  ?= build
PREFIX ?= /usr/local
CXX    ?= g++
OPT    ?= -Os -g1

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# ---------------------------------------------------------------- sources: found, never listed

LIBRARY := $(shell find src/base src/sys src/plan src/runtime spec -name '*.cc' 2>/dev/null)
PROGRAM := $(wildcard src/cli/*.cc src/cli/tare/*.cc)
INIT    := $(wildcard src/init/*.cc)
UNIT    := $(shell find tests -name '*_test.cc' -not -path 'tests/integration/*')
FUZZ    := $(wildcard tests/fuzz/*_fuzz.cc)
OURS    := $(shell git ls-files -co --exclude-standard '*.h' '*.cc' 2>/dev/null)

# ---------------------------------------------------------------- compilers

include src/flags.mk

# ---------------------------------------------------------------- tare

.PHONY: all
all: $(BUILD)/tare

TARE_OBJECTS := $(patsubst %.cc,$(BUILD)/$(LIBC)/%.o,$(LIBRARY) $(PROGRAM) $(LIBC_SOURCES))

# Stripped, which also writes the file from its beginning to its end: what a linker has written piece by piece lies in
# small pages of the cache, and each start costs some per cent more.
$(BUILD)/tare: $(TARE_OBJECTS) $(BUILD)/$(LIBC)/init_image.o src/link_order.ld
	@echo '  $@'
	@$(TARE_LINK) -o $@.debug $(filter %.o,$^) $(TARE_LIBS)
	@strip -o $@ $@.debug

$(BUILD)/$(LIBC)/%.o: %.cc | $(LIBC_HEADERS)
	@mkdir -p $(@D)
	@echo '  $@'
	@$(CXX) $(CPPFLAGS_OURS) $(WARNINGS) $(OPT) $(TARE_FLAGS) -c -o $@ $<

# The commit that --version names; one file is compiled anew when it changes.
COMMIT := $(or $(shell git describe --always --abbrev=40 --dirty 2>/dev/null),unknown)
.PHONY: always
$(BUILD)/commit: always
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' >$@
$(BUILD)/$(LIBC)/src/cli/tare/version.o: $(BUILD)/commit
$(BUILD)/$(LIBC)/src/cli/tare/version.o: CPPFLAGS_OURS += -DTARE_COMMIT='"$(COMMIT)"'

# The in-container program, and the object that carries its bytes inside `tare`.
$(BUILD)/init/%.o: %.cc | $(LIBC_HEADERS)
	@mkdir -p $(@D)
	@echo '  $@'
	@$(CXX) $(CPPFLAGS_OURS) $(WARNINGS) $(INIT_FLAGS) -c -o $@ $<

$(BUILD)/tare-init: $(INIT:%.cc=$(BUILD)/init/%.o) src/init_order.ld
	@echo '  $@'
	@$(INIT_LINK) -Wl,-Map=$@.map -o $@.debug $(filter %.o,$^)
	@strip -o $@ $@.debug

$(BUILD)/%/init_image.o: src/init/image.S $(BUILD)/tare-init
	@mkdir -p $(@D)
	@$(CC) -DTARE_INIT='"$(BUILD)/tare-init"' -c -o $@ $<

# ---------------------------------------------------------------- tests

# Everything but the main functions, and what several tests share.
HELPERS := $(shell find tests -name 'harness.cc' -not -path 'tests/integration/*')
HOST_OBJECTS := $(patsubst %.cc,$(HOST)/%.o,$(LIBRARY) $(wildcard src/cli/*.cc) \
  $(filter-out %/main.cc,$(INIT)) $(HELPERS))

# A sixth to a half of a unit's time are the standard library's headers, and gtest's: they are read once.
KIND     = $(if $(filter tests/%,$<),tests,sources)
HOST_ALL = $(HOST_CXX) $(CPPFLAGS_OURS) $(WARNINGS) $(HOST_FLAGS) $(HOST_OPT) $(if $(filter tests/%,$<),,-fno-exceptions)
$(HOST)/%.o: %.cc $(HOST)/tests.h.gch $(HOST)/sources.h.gch
	@mkdir -p $(@D)
	@echo '  $@'
	@$(HOST_ALL) -include $(HOST)/$(KIND).h -c -o $@ $<

$(HOST)/tests.h.gch: tests/common_headers.h
$(HOST)/sources.h.gch: src/base/common_headers.h
$(HOST)/tests.h.gch $(HOST)/sources.h.gch:
	@mkdir -p $(@D)
	@echo '  $@'
	@echo '#include "$<"' > $(@:.gch=)
	@$(HOST_ALL) -MF $@.d -x c++-header -o $@ $(@:.gch=)

$(HOST)/unit-tests: $(UNIT:%.cc=$(HOST)/%.o) $(HOST_OBJECTS) $(HOST)/init_image.o
	@echo '  $@'
	@$(HOST_CXX) $(HOST_FLAGS) -o $@ $^ -lgtest_main -lgtest -lseccomp -lcap-ng -lpthread

.PHONY: check unit-tests
unit-tests: $(HOST)/unit-tests
	@$< --gtest_brief=1
check: unit-tests check-layers check-format

# ---------------------------------------------------------------- layers

# What each folder may include besides itself. One line is one architecture decision.
# Of src/plan init shares two headers with us: the format, and what may be covered in a procfs.
MAY_base    :=
MAY_spec    := base
MAY_sys     := base
MAY_plan    := base spec
MAY_init    := plan/wire.h plan/covered_in_proc.h
MAY_runtime := base spec sys plan
MAY_cli     := base spec sys plan runtime
LAYERS      := base spec sys plan init runtime cli

# Which file may include a library's header.
ONLY_rapidjson := spec/json/
ONLY_seccomp.h := src/plan/seccomp
ONLY_cap-ng.h  := src/plan/capabilities

either = ($(shell echo $(1) | tr ' ' '|'))

# Static pattern rules, because make never applies implicit rules to phony targets.
.PHONY: check-layers $(LAYERS:%=layer-%) $(patsubst %,library-%,rapidjson seccomp.h cap-ng.h)
check-layers: $(LAYERS:%=layer-%) $(patsubst %,library-%,rapidjson seccomp.h cap-ng.h)
$(LAYERS:%=layer-%): layer-%:
	@! grep -rnE '^#include "' /dev/null $(wildcard src/$* $(filter spec,$*)) \
	  | grep -vE '#include "$(call either,$* $(MAY_$*))(/|")' | sed 's/^/forbidden: /' | grep .
$(patsubst %,library-%,rapidjson seccomp.h cap-ng.h): library-%:
	@! grep -rnE '^#include <$*' src spec 2>/dev/null | grep -v '^$(ONLY_$*)' | sed 's/^/forbidden: /' | grep .

TIDY := $(patsubst %,tidy/%,$(filter-out src/musl/%,$(LIBRARY) $(PROGRAM)))
.PHONY: check-format format lint $(TIDY)
check-format:
	@clang-format --dry-run --Werror $(OURS)
format:
	clang-format -i $(OURS)
# A file at a time, so that -j helps: all together take three quarters of an hour.
lint: check-format $(TIDY)
$(TIDY): tidy/%:
	@echo '  $*'
	@clang-tidy --quiet $* -- $(filter-out -MMD -MP,$(CPPFLAGS_OURS)) -std=c++20

# ---------------------------------------------------------------- installing, cleaning

.PHONY: help
help:
	@echo 'run          build, then a first container in a busybox root, with times'
	@echo 'test         everything that CI runs; installs what it needs'
	@echo 'all          build/tare'
	@echo 'check        unit tests, layer rules, format: under a minute, no privilege'
	@echo 'lint         clang-tidy        format      clang-format, in place'
	@echo 'integration  the command line as root, with a leak check around every case'
	@echo 'conformance  the runtime-spec, requirement by requirement (RUNTIME=/path)'
	@echo 'conformance-official  the programs of the runtime-tools project, with tare, crun and runc'
	@echo 'sweep        SIGKILL and every errno at every system call, and what is left then'
	@echo 'vm           the same in guests with all cgroup v2 controllers'
	@echo 'vm-labels    SELinux and AppArmor for real, each in a guest of its own; vm-official-labels: so do the official programs'
	@echo 'test-managers  containerd, Docker, podman, buildah drive tare, crun and runc in a guest with systemd'
	@echo 'vm-systemd   the systemd cgroup driver and users without privileges, in that guest'
	@echo 'vm-checkpoint  the cases that need CRIU, in QEMU'
	@echo 'fuzz         every parser, FUZZ_SECONDS=20 each'
	@echo 'bench        against runc, crun and the floor of the kernel'
	@echo 'link-order   which functions lie together, after changes of what a start executes'
	@echo 'install      PREFIX=$(PREFIX) DESTDIR='
	@echo 'deps         the Debian packages for all of this'

.PHONY: install clean
install: $(BUILD)/tare
	install -D -m 755 $< $(DESTDIR)$(PREFIX)/bin/tare
	install -d $(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$< man >$(DESTDIR)$(PREFIX)/share/man/man8/tare.8
	for command in $$($< man | sed -n 's/^\.SS .fB\([a-z]*\).fR$$/\1/p'); do \
	  $< man $$command >$(DESTDIR)$(PREFIX)/share/man/man8/tare-$$command.8; done
	$< completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/tare
	$< completion zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tare
	$< completion fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tare.fish
clean:
	rm -rf $(BUILD)

include $(wildcard tests/*.mk tests/*/*.mk conformance/*.mk)

-include $(shell find $(BUILD) -path $(BUILD)/vm -prune -o -name '*.d' -type f -print 2>/dev/null)
