# SPDX-License-Identifier: GPL-2.0-or-later
#
# The library as gateways have it, shared, and the example of its header.

vm_library := $(BUILD)/agent/lib/libidrevoke.so
vm_with_library := $(vm_library) -Wl,-rpath,$(dir $(vm_library))

$(out)/vm/library $(out)/vm/library_threads: $(vm_library)
$(out)/vm/library $(out)/vm/library_threads: private common := $(vm_with_library)

all: $(out)/vm/library_example
$(out)/vm/library_example: $(top)/include/idrevoke.h $(vm_library) lib/example
	@mkdir -p $(@D)
	@echo '  CC      include/idrevoke.h (its example)'
	@lib/example $< >$@.c
	@$(CC) -std=c11 -Wall -Wextra -Wpedantic -Werror $(CPPFLAGS) -o $@ $@.c $(vm_with_library)

# The parts of the fuzzer.
vm_fuzz := $(patsubst vm/fuzz/%.c,$(out)/vm/fuzz.parts/%.o,$(wildcard vm/fuzz/*.c))

$(out)/vm/fuzz: $(vm_fuzz)
$(out)/vm/fuzz: private objects += $(vm_fuzz)
$(out)/vm/fuzz.parts/%.o: vm/fuzz/%.c
	@mkdir -p $(@D)
	@echo '  CC      tests/$<'
	@$(CC) $(CFLAGS) $(CPPFLAGS) $(depend) -c -o $@ $<

-include $(vm_fuzz:=.d)
