# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `make bench` runs: built by `make bench` alone, as fast as the compiler can.
# Every bench/NAME.c is a program; bench/lib is part of each. Those of bench_native
# run kmod's own files, unmodified, on the stubs of unit/, except that memory comes
# in pages of a known size and counters cost what they cost in the kernel.

bench_out := $(out)/bench
bench_flags := -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -pthread
bench_paths := -I$(top)/include/uapi -I$(top)/include -I$(top)/agent/lib -I$(top)/tests/lib \
	-I$(top)/tests/bench/lib

bench_programs := $(patsubst bench/%.c,$(bench_out)/%,$(wildcard bench/*.c))
bench_common := $(bench_out)/lib/bench.o

bench_native := $(addprefix $(bench_out)/,lookup lines memory update growth)
# which sees the agent's headers, not kmod's of the same names
bench_agent := $(bench_out)/file
bench_kmod := $(patsubst %,$(bench_out)/kmod/%.o,number record digest permutation list freshness \
		transaction delta rebuild verify budget check table)
bench_kmod_paths := -I$(top)/tests/bench/include -I$(top)/tests/unit/include -I$(top)/kmod \
	$(bench_paths)
bench_kmod_flags := -D_LGPL_SOURCE -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
bench_native_lib := $(patsubst %,$(bench_out)/native/%.o,writer cycle pages stub)

# Those that scripts/vm runs, by way of bench/guest.
bench_guest := $(addprefix $(bench_out)/,ioctl load national)
bench_guest_lib := $(patsubst %,$(bench_out)/lib/%.o,listing memory command firewall)

bench: $(bench_programs)
	@:

$(bench_guest): $(bench_guest_lib) $(objects)
$(bench_guest): private bench_libs = $(common) $(shell pkg-config --libs libbpf libmnl) $(packages_libs)

$(bench_native): $(bench_kmod) $(bench_native_lib)
# which has a table.c of its own
$(bench_out)/lines: private bench_kmod_left_out := $(bench_out)/kmod/table.o
$(bench_native): private bench_paths := $(bench_kmod_paths)
$(bench_native): private bench_flags += $(bench_kmod_flags)
$(bench_native): private bench_libs = $(unit_libs)
$(bench_agent): $(bench_kmod) $(bench_native_lib)
$(bench_agent): private bench_libs = $(unit_libs) $(packages_libs)

# In the virtual machine, by io_uring.
$(bench_out)/uring: $(addprefix $(out)/lib/,guest.o wire.o message.o)
$(bench_out)/uring: private bench_libs = -luring

$(bench_programs): $(bench_out)/%: bench/%.c $(bench_common) $(common)
	@mkdir -p $(@D)
	@echo '  CC      tests/$<'
	@$(CC) $(bench_flags) $(bench_paths) $(depend) -o $@ $< $(filter-out $(bench_kmod_left_out),$(filter %.o %.a,$^)) $(bench_libs) -lm

$(bench_out)/lib/%.o: bench/lib/%.c
	@mkdir -p $(@D)
	@echo '  CC      tests/$<'
	@$(CC) $(bench_flags) $(bench_paths) $(depend) -c -o $@ $<

define bench_object
	@mkdir -p $(@D)
	@echo '  CC      $(<:$(top)/%=%) (for benchmarks)'
	@$(CC) $(bench_flags) $(bench_kmod_flags) $(bench_kmod_paths) $(depend) -c -o $@ $<
endef

$(bench_out)/kmod/%.o: $(top)/kmod/%.c
	$(bench_object)

$(bench_out)/native/%.o: bench/lib/%.c
	$(bench_object)

$(bench_out)/native/stub.o: unit/kernel/stub.c
	$(bench_object)

# peers: each contender is compiled with what its own library wants, ours as above.
peers_packages := liburcu-qsbr liburcu-cds absl_flat_hash_map libdpdk lmdb sqlite3 hiredis
peers_objects := $(patsubst bench/%,$(bench_out)/%.o,$(wildcard bench/contenders/*.c bench/contenders/*.cc))
peers_kmod := $(patsubst %,$(bench_out)/%.o,kmod/table kmod/permutation native/pages native/stub)
peers_cflags = $(shell pkg-config --cflags $(1))

$(bench_out)/peers: $(peers_objects) $(peers_kmod)
$(bench_out)/peers: private bench_paths += -I$(top)/tests/bench
$(bench_out)/peers: private bench_libs = $(unit_libs) -lstdc++ $(shell pkg-config --libs $(peers_packages))
$(peers_objects): | peers-packages

peers-packages:
	@pkg-config --exists --print-errors $(peers_packages) && command -v redis-server >/dev/null || \
		{ echo 'bench: what the table is compared with is missing: scripts/setup bench' >&2; exit 1; }

$(bench_out)/contenders/idrevoke.c.o: bench/contenders/idrevoke.c
	$(bench_object)

$(bench_out)/contenders/rte_hash.c.o: private bench_flags += $(call peers_cflags,libdpdk)

$(bench_out)/contenders/%.c.o: bench/contenders/%.c
	@mkdir -p $(@D)
	@echo '  CC      tests/$<'
	@$(CC) $(bench_flags) $(bench_paths) $(depend) -c -o $@ $<

# Without NDEBUG, Abseil's headers check themselves at each step.
$(bench_out)/contenders/%.cc.o: bench/contenders/%.cc
	@mkdir -p $(@D)
	@echo '  CXX     tests/$<'
	@$(CXX) -std=c++17 -O2 -g -Wall -Wextra -Werror -DNDEBUG $(bench_paths) \
		$(call peers_cflags,absl_flat_hash_map) $(depend) -c -o $@ $<

-include $(bench_programs:=.d) $(bench_common:=.d) $(bench_guest_lib:=.d) $(peers_objects:=.d) \
	$(bench_kmod:=.d) $(bench_native_lib:=.d)

.PHONY: bench peers-packages
