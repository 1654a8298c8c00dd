# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every fuzz/NAME.c is a target of libFuzzer, built by clang to
# $(BUILD)/tests/fuzz/NAME with the module's and the agent's own files, under
# ASan and UBSan. Without clang there are none. fuzz/run runs them.
#
# IDREVOKE_FUZZ_CFLAGS	more flags, such as those that measure coverage

fuzz_cc := $(shell command -v clang)
fuzz_programs := $(if $(fuzz_cc),$(patsubst %.c,$(out)/%,$(wildcard fuzz/*.c)))
fuzz_out := $(out)/fuzz/objects

fuzz_packages := $(packages) libcurl libconfig libmicrohttpd gnutls libsystemd yajl
fuzz_flags := -std=gnu11 -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE -pthread \
	-fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all \
	$(IDREVOKE_FUZZ_CFLAGS)
fuzz_agent_flags := -DIDREVOKE_VERSION='"fuzz"' -I$(top)/include/uapi -I$(top)/include \
	-I$(top)/agent/lib $(shell pkg-config --cflags $(fuzz_packages))
fuzz_kmod_flags := -I$(top)/tests/fuzz/include -I$(top)/tests/unit/include -I$(top)/kmod \
	-I$(top)/include/uapi -I$(top)/include \
	-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
# So small that a program of a few hundred bytes makes tables grow and be rebuilt.
fuzz_small_flags := -DIDRV_KEY_BITS=16 -DIDRV_TABLE_LINES_MIN=4 -DSTUB_PAGE_SIZE=128UL

# All of kmod but what only talks to the kernel: netlink attributes are decoded by the
# kernel's own code and policies, so vm/fuzz.c sends them to a real one.
fuzz_kmod_names := $(filter-out main device netlink,$(basename $(notdir $(wildcard $(top)/kmod/*.c))))
fuzz_kmod := $(fuzz_out)/kmod/number.o $(fuzz_out)/kmod/record.o $(fuzz_out)/kmod/digest.o
fuzz_small := $(fuzz_kmod_names:%=$(fuzz_out)/small/%.o) $(fuzz_out)/stub.o
fuzz_rooms := idrevokectl idrevoke-feed idrevoked lib
fuzz_agent := $(fuzz_rooms:%=$(fuzz_out)/%.a)

fuzz_on_kmod := $(out)/fuzz/number $(out)/fuzz/record
fuzz_on_stub := $(out)/fuzz/table
fuzz_on_small := $(out)/fuzz/list
$(fuzz_on_kmod): $(fuzz_kmod)
$(fuzz_on_kmod) $(fuzz_on_stub) $(fuzz_on_small): private fuzz_flags += $(fuzz_kmod_flags)
$(fuzz_on_stub): $(fuzz_out)/stub.o
$(fuzz_on_small): $(fuzz_small)
$(fuzz_on_small): private fuzz_flags += $(fuzz_small_flags)
fuzz_on_agent := $(filter-out $(fuzz_on_stub) $(fuzz_on_small),$(fuzz_programs))
$(fuzz_on_agent): $(fuzz_agent)

all: $(fuzz_programs)

$(out)/fuzz/%: fuzz/%.c
	@mkdir -p $(@D)
	@echo '  FUZZ    tests/$<'
	@$(fuzz_cc) $(fuzz_flags) -fsanitize=fuzzer $(fuzz_agent_flags) $(depend) -o $@ $< \
		$(filter %.o,$^) $(filter %.a,$^) $(filter %.a,$^) \
		$(shell pkg-config --libs $(fuzz_packages)) -lcsv

define fuzz_object
	@mkdir -p $(@D)
	@echo '  FUZZ    $(<:$(top)/%=%)'
	@$(fuzz_cc) $(fuzz_flags) $(1) -fsanitize=fuzzer-no-link $(depend) -c -o $@ $<
endef

$(fuzz_out)/kmod/%.o: $(top)/kmod/%.c
	$(call fuzz_object,$(fuzz_kmod_flags))

$(fuzz_out)/small/%.o: $(top)/kmod/%.c
	$(call fuzz_object,$(fuzz_small_flags) $(fuzz_kmod_flags))

$(fuzz_out)/stub.o: unit/kernel/stub.c
	$(call fuzz_object,$(fuzz_small_flags) $(fuzz_kmod_flags))

define fuzz_room
fuzz_$(1) := $$(patsubst $$(top)/agent/%.c,$$(fuzz_out)/%.o,\
	$$(filter-out %/main.c,$$(wildcard $$(top)/agent/$(1)/*.c)))
fuzz_objects += $$(fuzz_$(1))
$$(fuzz_out)/$(1).a: $$(fuzz_$(1))
	@rm -f $$@
	@$$(AR) rcs $$@ $$^
$$(fuzz_out)/$(1)/%.o: $$(top)/agent/$(1)/%.c
	$$(call fuzz_object,$$(fuzz_agent_flags))
endef
$(foreach room,$(fuzz_rooms),$(eval $(call fuzz_room,$(room))))

-include $(fuzz_programs:=.d) $(patsubst %,%.d,$(fuzz_kmod) $(fuzz_small) $(fuzz_objects))
