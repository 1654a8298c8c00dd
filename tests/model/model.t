#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# publication, hop placement and rebuild, in spin: whole, and with each step taken out
. "$IDREVOKE_TOP/tests/lib/tap.sh"

here=$IDREVOKE_TOP/tests/model
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The variants that a model names.
variants() {
	sed -n 's,^/\* VARIANT \([A-Z_]*\)\t.*\*/$,\1,p' "$1"
}

# try MODEL VARIANT: what the verifier says, in a file of that name
# shellcheck disable=SC2317 # by xargs
try() {
	local directory=$scratch/$1/$2
	mkdir -p "$directory"
	cd "$directory" || return
	# A writer that finds no place stays where it is (-E); whatever is not
	# searched to the end (-m) is said, and then is no proof.
	{
		spin -a "-D${2^^}" "$here/$1.pml" &&
			cc -O1 -w -DSAFETY -DMEMLIM=1024 -o pan pan.c &&
			./pan -E -m100000
	} >said 2>&1
}
export here scratch
export -f try

for model in "$here"/*.pml; do
	name=$(basename "$model" .pml)
	grep -q '^init' "$model" || continue
	printf '%s whole\n' "$name"
	variants "$model" | sed "s/^/$name /"
done >"$scratch/list"
xargs -P "$(nproc)" -L 1 bash -c 'try "$@"' _ <"$scratch/list"

while read -r name variant; do
	said=$(cat "$scratch/$name/$variant/said")
	states=$(sed -n 's/^ *\([0-9]*\) states, stored$/\1/p' "$scratch/$name/$variant/said")
	if [ "$variant" = whole ]; then
		wanted='errors: 0'
	else
		wanted='assertion violated.*errors: 1'
	fi
	# A newline is no end to =~, and a search cut short no proof.
	cut='max search depth too small|Search not completed|reached -DMEMLIM|out of memory'
	if [[ $said =~ $wanted && ($variant != whole || ! $said =~ $cut) ]]; then
		tap_result ok "$name, $variant: ${wanted##*.\*} in $states states"
	else
		tap_result 'not ok' "$name, $variant"
		diag "$said"
	fi
done <"$scratch/list"
is "$(grep -c whole "$scratch/list")" 3 "those were publication, hops and rebuild"
done_testing
