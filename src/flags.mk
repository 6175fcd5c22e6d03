# How each kind of object is compiled. src/README.md says why there are three kinds.

WARNINGS := -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
  -Wno-missing-field-initializers # a designated initialiser leaves out members on purpose
# -iquote, so that <sys/socket.h> stays the system's where we have "sys/socket.h"
CPPFLAGS_OURS = -D_GNU_SOURCE -iquote . -iquote src -MMD -MP

MACHINE     := $(shell gcc -dumpmachine)
GCC_VERSION := $(shell gcc -dumpversion)
GCC_INCLUDE := /usr/lib/gcc/$(MACHINE)/$(GCC_VERSION)/include
MUSL_TRIPLE := $(subst -gnu,-musl,$(MACHINE))
CXX_HEADERS := -isystem /usr/include/c++/$(GCC_VERSION) -isystem /usr/include/$(MACHINE)/c++/$(GCC_VERSION)

# clang and sanitizers build against glibc.
LIBC ?= $(if $(findstring clang,$(CXX)),glibc,$(if $(shell command -v musl-gcc),musl,glibc))

STATIC_LIBS := $(wildcard /usr/lib/$(MACHINE)/libseccomp.a) $(wildcard /usr/lib/$(MACHINE)/libcap-ng.a)

# -------- tare itself, against musl: libstdc++'s headers, then ours that bridge the two, then musl's
ifeq ($(LIBC),musl)
LIBC_SOURCES := $(wildcard src/musl/*.cc)
LIBC_HEADERS := $(BUILD)/musl-include
TARE_FLAGS := -fno-pie -fno-exceptions -fno-threadsafe-statics -ffunction-sections -fdata-sections -fno-stack-protector \
  -fno-asynchronous-unwind-tables -U_FORTIFY_SOURCE -nostdinc '-D__GLIBC_PREREQ(a,b)=0' \
  -D__locale_t=locale_t $(CXX_HEADERS) -isystem $(GCC_INCLUDE) -isystem src/musl \
  -isystem /usr/include/$(MUSL_TRIPLE) -isystem $(BUILD)/musl-include
TARE_LINK = musl-gcc -static -Wl,--gc-sections -Wl,-T,src/link_order.ld
TARE_LIBS = $(shell $(CXX) -print-file-name=libstdc++.a) $(STATIC_LIBS) \
  $(shell gcc -print-file-name=libgcc_eh.a) $(shell gcc -print-file-name=libgcc.a) -lc
else
TARE_FLAGS := -fno-exceptions -ffunction-sections -fdata-sections
TARE_LINK = $(CXX) -static -Wl,--gc-sections
TARE_LIBS = $(STATIC_LIBS)
endif

# The kernel's headers and the header-only libraries, without glibc's beside them.
$(BUILD)/musl-include:
	@mkdir -p $@
	@ln -sfn /usr/include/linux $@/linux
	@ln -sfn /usr/include/$(MACHINE)/asm $@/asm
	@ln -sfn /usr/include/asm-generic $@/asm-generic
	@ln -sfn /usr/include/rapidjson $@/rapidjson
	@ln -sfn /usr/include/tl $@/tl
	@ln -sfn /usr/include/seccomp.h $@/seccomp.h
	@ln -sfn /usr/include/seccomp-syscalls.h $@/seccomp-syscalls.h
	@ln -sfn /usr/include/cap-ng.h $@/cap-ng.h

# -------- the in-container program: headers only, no library of C++
INIT_FLAGS := -Os -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables -fno-stack-protector \
  -ffunction-sections -fdata-sections -fno-threadsafe-statics
ifeq ($(LIBC),musl)
# Where src/init/main.cc has an entry of its own; elsewhere it is the library's.
INIT_START := $(if $(filter x86_64-% aarch64-%,$(MACHINE)),-nostartfiles)
INIT_FLAGS += -fno-pie $(if $(INIT_START),-DTARE_INIT_WITHOUT_START) -nostdinc '-D__GLIBC_PREREQ(a,b)=0' \
  -isystem /usr/include/$(MUSL_TRIPLE) $(CXX_HEADERS) -isystem $(GCC_INCLUDE) -isystem $(BUILD)/musl-include
INIT_LINK = musl-gcc -static $(INIT_START) -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,norelro -Wl,-z,noseparate-code \
  -Wl,-T,src/init_order.ld
else
INIT_LINK = gcc -static -Wl,--gc-sections
endif

# -------- for tests: the ordinary compiler and glibc; SANITIZE=1: clang with ASan and UBSan, and with what
# libFuzzer needs, so that the fuzzers are linked from the same objects
ifdef SANITIZE
HOST := $(BUILD)/sanitized
HOST_CXX := clang++
HOST_FLAGS := -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
  -fpch-instantiate-templates # a tenth of the time to compile
else
HOST := $(BUILD)/host
HOST_CXX := $(CXX)
HOST_FLAGS := -g1
endif
# To compile tests takes far longer than to run them; what is fuzzed should be quick.
HOST_OPT = $(if $(and $(SANITIZE),$(filter-out tests/%,$<)),-O1,-O0)
