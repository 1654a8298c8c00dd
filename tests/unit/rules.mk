# SPDX-License-Identifier: GPL-2.0-or-later
#
# kmod's own files, unmodified, on a kernel of stubs (unit/kernel, unit/include):
# once as they are, and once with keys, tables and pages shrunken so far that
# growth and rebuilding are reached with a few hundred entries. Programs that
# include table.c itself, to shrink it further, are on neither. And once more for
# races.c, under TSan, which does not go with the other sanitizers; and for readonly.c,
# plain, with memory and counters as benchmarks have them.

unit_kmod := number record digest permutation table list freshness transaction delta rebuild \
	     verify budget check
unit_objects := $(unit_kmod:%=$(out)/unit/kmod/%.o) $(out)/unit/kernel/stub.o
unit_small_objects := $(unit_kmod:%=$(out)/unit/small/%.o) $(out)/unit/kernel/stub.o
unit_small_defines := -DIDRV_KEY_BITS=16 -DIDRV_TABLE_LINES_MIN=32 -DSTUB_PAGE_SIZE=128UL

unit_races_objects := $(patsubst %,$(out)/unit/tsan/%.o,$(unit_kmod) stub)

unit_plain_objects := $(patsubst %,$(out)/unit/plain/%.o,$(unit_kmod) stub pages)

unit_programs := $(patsubst %.c,$(out)/%,$(filter unit/%.c,$(sources)))
unit_on_small := $(patsubst %,$(out)/unit/%,list allocation crowd)
unit_on_stubs := $(filter $(out)/unit/table% $(out)/unit/exhaustive% $(out)/unit/interleaving,\
		   $(unit_programs))
unit_on_kmod := $(filter-out $(unit_on_small) $(unit_on_stubs) $(out)/unit/races \
		$(out)/unit/readonly,$(unit_programs))
unit_libs := $(shell pkg-config --libs liburcu)

# As the kernel has it.
$(out)/unit/%: private CFLAGS += -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers

$(unit_on_kmod): $(unit_objects)
$(unit_on_kmod): private LIBS := $(unit_objects) $(unit_libs)
$(unit_on_small): $(unit_small_objects)
$(unit_on_small): private LIBS := $(unit_small_objects) $(unit_libs)
$(unit_on_stubs): $(out)/unit/kernel/stub.o
$(unit_on_stubs): private LIBS := $(out)/unit/kernel/stub.o $(unit_libs)
$(unit_on_small) $(out)/unit/small/%.o: private CPPFLAGS := $(unit_small_defines) \
	-I$(top)/tests/unit/include -I$(top)/kmod $(CPPFLAGS)

# The two fences that TSan does not know: see unit/include/linux/kernel.h.
$(out)/unit/races $(unit_races_objects): private CFLAGS := \
	$(filter-out -fsanitize=% -fno-sanitize-recover=%,$(CFLAGS)) \
	-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers \
	-fsanitize=thread -Wno-tsan
$(out)/unit/races: $(unit_races_objects)
$(out)/unit/races: private LIBS := $(unit_races_objects) $(unit_libs)

# Looking up functions when they are first called would write, as counting lines does.
$(out)/unit/readonly $(unit_plain_objects): private CFLAGS := $(filter-out $(COVERAGE),$(CFLAGS)) \
	-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
$(out)/unit/readonly $(unit_plain_objects): private CPPFLAGS := -I$(top)/tests/bench/include \
	-I$(top)/tests/bench/lib -I$(top)/tests/unit/include -I$(top)/kmod $(CPPFLAGS)
$(out)/unit/readonly: $(unit_plain_objects)
$(out)/unit/readonly: private LIBS := $(unit_plain_objects) $(unit_libs) -Wl,-z,now \
	$(if $(COVERAGE),-lgcov)

define unit_plain_object
	@mkdir -p $(@D)
	@echo '  CC      $(<:$(top)/%=%) (plain, for tests)'
	@$(CC) $(CFLAGS) $(CPPFLAGS) $(depend) -c -o $@ $<
endef

$(out)/unit/plain/%.o: $(top)/kmod/%.c
	$(unit_plain_object)

$(out)/unit/plain/%.o: unit/kernel/%.c
	$(unit_plain_object)

$(out)/unit/plain/%.o: bench/lib/%.c
	$(unit_plain_object)

$(out)/unit/tsan/%.o: $(top)/kmod/%.c
	@mkdir -p $(@D)
	@echo '  CC      kmod/$*.c (for TSan)'
	@$(CC) $(CFLAGS) $(CPPFLAGS) $(depend) -c -o $@ $<

$(out)/unit/tsan/%.o: unit/kernel/%.c
	@mkdir -p $(@D)
	@echo '  CC      tests/$< (for TSan)'
	@$(CC) $(CFLAGS) $(CPPFLAGS) $(depend) -c -o $@ $<

$(out)/unit/kmod/%.o: $(top)/kmod/%.c
	@mkdir -p $(@D)
	@echo '  CC      kmod/$*.c (for tests)'
	@$(CC) $(CFLAGS) $(CPPFLAGS) $(depend) -c -o $@ $<

$(out)/unit/small/%.o: $(top)/kmod/%.c
	@mkdir -p $(@D)
	@echo '  CC      kmod/$*.c (shrunken, for tests)'
	@$(CC) $(CFLAGS) $(CPPFLAGS) $(depend) -c -o $@ $<

$(out)/unit/kernel/%.o: unit/kernel/%.c
	@mkdir -p $(@D)
	@echo '  CC      tests/$<'
	@$(CC) $(CFLAGS) $(CPPFLAGS) $(depend) -c -o $@ $<

-include $(unit_objects:=.d) $(unit_small_objects:=.d) $(unit_races_objects:=.d) \
	$(unit_plain_objects:=.d)
