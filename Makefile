# SPDX-License-Identifier: GPL-2.0-or-later
#
# make [all]		builds everything under $(BUILD), nothing beside sources
# make run		tells the whole story in a virtual machine
# make shell		the same machine as a prompt, with everything running
# make check		all tests, those of the kernel module on five kernels
# make check-kernels	those on kernels that watch for faults, and on a newer one
# make check-fast	those that need no virtual machine
# make check-threads	those of idrevokectl, which has a thread, under ThreadSanitizer
# make check-full	all tests in full, lint, and mutants: two hours
# make coverage		which lines of kmod and agent all tests run
# make soak		fuzzing, until it is interrupted
# make bench		figures, beside what else one might use: under 20 minutes
# make bench-full	the same at 10^8 numbers wherever it fits
# make lint		static checks
# make mutants		plants faults, which the tests have to catch
# make install		installs all but the module; make uninstall removes that
# make clean		removes what was built
#
# IDREVOKE_BUILD	where to build, by default build/
# T="FILE..."		only these tests
# VERBOSE=1			every line that tests print
# PREFIX, DESTDIR	where to install, by default /usr/local; scripts/install --help

.DEFAULT_GOAL := all
BUILD := $(abspath $(or $(IDREVOKE_BUILD),build))
export IDREVOKE_TOP := $(CURDIR)
export IDREVOKE_BUILD := $(BUILD)
export BUILD

# As many jobs as processors, which the makes below share.
JOBS := $(shell nproc)
MAKEFLAGS += --no-print-directory
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += --jobs=$(JOBS)
endif

fast_tests := $(sort $(wildcard tests/unit/*.t tests/model/*.t tests/fast/*.t))
vm_tests := $(sort $(wildcard tests/vm/*.t))
prove := prove --exec '' --timer --failures $(if $(VERBOSE),--verbose)
# Failures on demand take a kernel that is built for it.
vm_failures := $(wildcard tests/vm/failures*.t)
# Those that measure time have the machine for themselves.
vm_timed := $(addprefix tests/vm/,ctl.t module.t)
run_fast = $(prove) --jobs $(JOBS) $(fast_tests)
run_vm = $(prove) $(vm_timed); timed=$$?; \
	$(prove) --jobs $(JOBS) $(filter-out $(vm_failures) $(vm_timed),$(vm_tests)) && exit $$timed

all build: kmod agent tests

help:
	@sed -n '/^# make /,/^$$/s/^# \?//p' Makefile

# First of all, whatever is wanted; silent when nothing is missing.
setup:
	@scripts/setup

setup-kernels: setup
	@scripts/setup kernels

kmod: setup
	$(if $(wildcard kmod/Kbuild),+@IDREVOKE_KERNEL=debian scripts/build-module $(BUILD)/kmod)

# kmod-FLAVOUR: the module for another kernel; scripts/kernel --help
kmod-%: export IDREVOKE_KERNEL = $*
kmod-%: setup-kernels
	+@scripts/build-module $(BUILD)/$@

agent: setup
	$(if $(wildcard agent/Makefile),+@$(MAKE) -C agent)

tests: setup agent
	$(if $(wildcard tests/Makefile),+@$(MAKE) -C tests)

run: all
	@exec scripts/story

shell: all
	@exec scripts/story --shell

ifdef T
check check-fast: all $(filter-out kmod-debian kmod-,kmod-$(IDREVOKE_KERNEL))
	@$(prove) $(T)
else
check-fast: agent tests
	@$(run_fast)

check: all
	@$(run_fast)
	@echo '--- Debian'
	@$(run_vm)
	+@$(MAKE) check-kernels
endif

# The tests of the guest that are one program each share a machine here, one after
# another: these kernels boot slowly, and search for leaks when they end.
vm_programs := $(filter-out $(vm_failures),$(shell grep -l '^guest_program' $(vm_tests)))
vm_scripts := $(filter-out $(vm_programs) $(vm_failures),$(vm_tests))
on_kernel = IDREVOKE_KERNEL=$(1) IDREVOKE_GUEST=yes scripts/vm run --timeout 2400 -- $(prove) $(2)
# No time is measured there, so machines may run side by side. What is long there
# for the agent's sake, and tries nothing else of the module, is for check-full; so is
# loading the module with each of its allocations failing in turn.
scripts_on_kernel = IDREVOKE_VM_OPTIONS= IDREVOKE_POWER_CUTS= IDREVOKE_KERNEL=$(1) \
	$(prove) --jobs $(JOBS) $(2)
vm_failures_long := tests/vm/failures_module.t
vm_large := $(addprefix tests/vm/,crash.t ctl.t hostile.t metrics.t service.t story.t)
# One processor without preemption is no place for threads that race.
vm_alone := $(filter-out $(addprefix tests/vm/,compat.t library_threads.t oracle.t unload.t),\
	      $(vm_programs))

check-kernels: tests kmod-kasan kmod-kcsan kmod-backports kmod-uml
	@echo '--- KASAN, lockdep, kmemleak'
	@$(call on_kernel,kasan,$(vm_programs) $(filter-out $(vm_failures_long),$(vm_failures)))
	@IDREVOKE_RELOADS=30 $(call scripts_on_kernel,kasan,$(filter-out $(vm_large),$(vm_scripts)))
	@echo '--- KCSAN'
	@IDREVOKE_ORACLE_SECONDS=10 $(call on_kernel,kcsan,$(filter-out tests/vm/unload.t,$(vm_programs)))
	@echo '--- backports'
	@IDREVOKE_ORACLE_SECONDS=10 $(call on_kernel,backports,$(vm_programs))
	@echo '--- user-mode Linux'
	@$(call on_kernel,uml,$(vm_alone) $(vm_failures))

check-full: export IDREVOKE_VM_OPTIONS = --poison
check-full: export IDREVOKE_POWER_CUTS = 20
check-full: export IDREVOKE_FUZZ_RUNS = 100000
check-full: export IDREVOKE_HAMMER_SECONDS = 30
check-full: check
	+@$(MAKE) lint
	+@$(MAKE) check-threads
	+@$(MAKE) --output-sync=target check-full-kasan check-full-uml
	@$(call scripts_on_kernel,kasan,$(vm_large) tests/vm/reload.t)
	@$(call on_kernel,kcsan,tests/vm/unload.t)
	@$(call scripts_on_kernel,kcsan,$(vm_scripts))
	@$(call scripts_on_kernel,backports,$(vm_scripts))
	@tests/mutants/run

# Each of these keeps one processor busy: side by side.
check-full-kasan:
	@$(call on_kernel,kasan,$(vm_failures_long))
	@IDREVOKE_FUZZ_CALLS=50000 $(call on_kernel,kasan,tests/vm/fuzz.t)
check-full-uml:
	@IDREVOKE_FUZZ_CALLS=1000000 $(call on_kernel,uml,tests/vm/fuzz.t)

# Of the programs, only idrevokectl batch has a thread of its own, which is left to
# wait for input when it ends early: that counts as a leak of a thread.
threads := $(BUILD)/threads
check-threads: agent tests
	+@$(MAKE) agent IDREVOKE_BUILD=$(threads) SANITIZE=-fsanitize=thread
	@ln -sfn ../tests $(threads)/tests
	@rm -f $(threads)/report.*
	@IDREVOKE_BUILD=$(threads) TSAN_OPTIONS="report_thread_leaks=0 log_path=$(threads)/report" \
		$(prove) tests/fast/ctl.t
	@! cat $(threads)/report.* 2>/dev/null

# Messages and calls in the kernel without end, and beside that the targets outside.
soak: tests kmod-uml
	+@$(MAKE) --jobs=2 soak-kernel soak-targets
soak-targets: tests
	@tests/fuzz/run --forever
soak-kernel: tests kmod-uml
	@IDREVOKE_FUZZ_CALLS=0 IDREVOKE_VM_OPTIONS='--timeout 100000000' IDREVOKE_KERNEL=uml tests/vm/fuzz.t

bench bench-full: all
	@scripts/setup bench kernels
	@scripts/kernel uml-plain >/dev/null
	+@$(MAKE) -C tests bench
	@mkdir -p $(BUILD)/bench-files
	@tests/bench/run $(if $(filter bench-full,$@),--full)

lint: all
	@scripts/lint

coverage:
	+@scripts/coverage $(T)

mutants: agent
	@tests/mutants/run

install: agent
	@scripts/install

uninstall:
	@scripts/install --uninstall

clean:
	rm -rf $(addprefix $(BUILD)/,kmod agent tests lint threads coverage mutants mutants.md bench-files) $(BUILD)/bench* $(BUILD)/kmod-*
	! [ -d $(BUILD) ] || rmdir --ignore-fail-on-non-empty $(BUILD)

.PHONY: all bench bench-full build help setup setup-kernels kmod agent tests run shell check check-fast \
	check-kernels check-threads check-full check-full-kasan check-full-uml lint \
	mutants coverage soak \
	soak-targets soak-kernel install uninstall clean
