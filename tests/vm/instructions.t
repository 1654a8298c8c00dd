#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the module's calls cost, in instructions (tests/vm/instructions.c), against
# what instructions.expected says. Where that is of the same kernel, compiler and qemu,
# each figure has to be the same to the instruction (but that of updates, which varies
# with a random key: within 1 %), elsewhere within 3 %.
#
# IDREVOKE_RECORD=yes writes the file anew: for those who change a figure on purpose.
: "${IDREVOKE_TOP:?tests are run by make check}" "${IDREVOKE_BUILD:?}"
# shellcheck source=tests/lib/tap.sh
. "$IDREVOKE_TOP/tests/lib/tap.sh"

expected=$IDREVOKE_TOP/tests/vm/instructions.expected
flavour=${IDREVOKE_KERNEL:-debian}
[ "$flavour" = debian ] || {
	echo "1..0 # SKIP the figures are those of Debian's kernel, not of $flavour's"
	exit
}

module=${IDREVOKE_MODULE:-$IDREVOKE_BUILD/kmod/idrevoke.ko}
# What figures depend on, as lines of the file
circumstances() {
	local release
	release=$(cat "$("$IDREVOKE_TOP/scripts/kernel" debian)/release")
	echo "kernel $release (Debian $(dpkg-query -W -f '${Version}' "linux-headers-$release"))"
	echo "compiler $(readelf -p .comment "$module" | sed -n 's/.*GCC: //p' | sort -u | paste -sd ' ')"
	echo "qemu $(qemu-system-x86_64 --version | sed -n 's/^QEMU emulator version //p')"
}
circumstances=$(circumstances)
figures=$("$IDREVOKE_TOP/scripts/vm" run --count-instructions -- \
	"$IDREVOKE_BUILD/tests/vm/instructions") || bail_out "the figures cannot be taken: $figures"

if [ -n "${IDREVOKE_RECORD-}" ]; then
	explanation=$(grep '^#' "$expected")
	printf '%s\n' "$explanation" "$circumstances" "$figures" >"$expected" ||
		bail_out "$expected cannot be written"
	diag "written: $expected"
fi

# expected NAME: its value in the file
expected() {
	sed -n "s/^$1 //p" "$expected"
}

same=yes
while read -r name value; do
	[ "$(expected "$name")" = "$value" ] && continue
	same=
	diag "$name is $value, and not $(expected "$name") as in instructions.expected: 3 % are allowed"
done <<<"$circumstances"

# in thousandths
tolerance() {
	if [ -z "$same" ]; then
		echo 30
	elif [ "$1" = instr.update ]; then
		echo 10
	else
		echo 0
	fi
}

while read -r name value; do
	want=$(expected "$name")
	off=$((value > want ? value - want : want - value))
	if [ -n "$want" ] && [ $((off * 1000)) -le $((want * $(tolerance "$name"))) ]; then
		tap_result ok "$name: $value instructions"
		continue
	fi
	tap_result 'not ok' "$name: $value instructions"
	diag "tests/vm/instructions.expected says ${want:-nothing}. If the change is meant, write the"
	diag "file anew by: IDREVOKE_RECORD=yes make check T=tests/vm/instructions.t"
done <<<"$figures"
is "$(sed -n 's/ .*//p' <<<"$figures" | paste -sd ' ')" \
	"$(sed -n '/^#/d; /^\(kernel\|compiler\|qemu\) /d; s/ .*//p' "$expected" | paste -sd ' ')" \
	'instructions.expected has these figures and no others'
done_testing
