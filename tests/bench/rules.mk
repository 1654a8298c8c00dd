# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `make bench` runs: built by `make bench` alone, as fast as the compiler can,
# with what bench/bench.c gives to each. Every bench/NAME.c is a program.

bench_out := $(out)/bench
bench_common := $(bench_out)/common/bench.o
bench_flags := -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -pthread
bench_paths := -I$(top)/include/uapi -I$(top)/include -I$(top)/agent/lib -I$(top)/tests/lib \
	-I$(top)/tests/bench

bench_programs := $(patsubst bench/%.c,$(bench_out)/%,$(filter-out bench/bench.c,$(wildcard bench/*.c)))

bench: $(bench_programs)
	@:

$(bench_out)/common/%.o: bench/%.c
	@mkdir -p $(@D)
	@echo '  CC      tests/$<'
	@$(CC) $(bench_flags) $(bench_paths) $(depend) -c -o $@ $<

-include $(bench_programs:=.d) $(bench_common:=.d)

.PHONY: bench
