#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The example in README.md compiles as it stands there, and without the module it
# does not take a card for good.

. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# shellcheck disable=SC2016 # back-quotes of Markdown
sed -n '/^```c$/,/^```$/p' "$IDREVOKE_TOP/README.md" | sed '/^```/d' >"$work/check.c"
is "$(($(wc -l <"$work/check.c") <= 15))" 1 "the check in 15 lines of C"
ok "it compiles without a warning" gcc -Wall -Wextra -Werror -I "$IDREVOKE_TOP/include/uapi" \
	-o "$work/check" "$work/check.c"
if [ ! -e /dev/idrevoke ]; then
	is "$("$work/check"; echo "status $?")" "$(printf 'not clear: verdict 0, why 0\nstatus 1')" \
		"without the module: not clear"
fi
done_testing
