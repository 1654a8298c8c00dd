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

# Programs in several parts.
vm_parts = $(patsubst vm/%.c,$(out)/vm/parts/%.o,$(wildcard vm/$(1)/*.c))
vm_fuzz := $(call vm_parts,fuzz)
vm_oracle := $(call vm_parts,oracle)

$(out)/vm/fuzz: $(vm_fuzz)
$(out)/vm/fuzz: private objects += $(vm_fuzz)
$(out)/vm/oracle: $(vm_oracle)
$(out)/vm/oracle: private objects += $(vm_oracle)
$(out)/vm/parts/%.o: vm/%.c
	@mkdir -p $(@D)
	@echo '  CC      tests/$<'
	@$(CC) $(CFLAGS) $(CPPFLAGS) $(depend) -c -o $@ $<

-include $(patsubst %.o,%.o.d,$(vm_fuzz) $(vm_oracle))

$(out)/vm/uring $(out)/vm/fuzz: private LIBS += -luring
