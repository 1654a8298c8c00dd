#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each of scripts/coccinelle's rules finds what it is for, and no more than that:
# tests/lint/rules/NAME.c breaks NAME.cocci in the lines that say so, nowhere else.
# shellcheck source=tests/lib/tap.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
cd "$IDREVOKE_TOP" || bail_out "no sources"

for rule in scripts/coccinelle/*.cocci; do
	name=$(basename "$rule" .cocci)
	example=tests/lint/rules/$name.c
	wanted=$(grep -n '/\* finding \*/$' "$example" | cut -d: -f1)
	found=$(spatch --very-quiet -D report --no-show-diff --no-includes \
		--cocci-file "$rule" "$example" 2>&1 | grep "^$example:" | cut -d: -f2 | sort -nu)
	is "$found" "${wanted:-a finding}" "$name: found where it is, and nowhere else"
done
done_testing
