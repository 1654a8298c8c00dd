# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What tests of the issuer's tool share; to be sourced after tap.sh. The store is
# $store.
# shellcheck disable=SC2154 # the test says which

feed() { "$IDREVOKE_BUILD/agent/idrevoke-feed/idrevoke-feed" "$@"; }

# event NUMBER COMMAND [OPTION...]: what is said on both outputs
event() {
	local number=$1 command=$2
	shift 2
	feed "$command" --store "$store" --by clerk --why test "$@" <<<"$number" 2>&1
}

# happens NAME NUMBER COMMAND [OPTION...]
happens() {
	local name=$1 said
	shift
	if said=$(event "$@") && [[ $said =~ ^committed\ [0-9]{19}$ ]]; then
		tap_result ok "$name"
	else
		tap_result 'not ok' "$name"
		diag "$said"
	fi
}

# refused RULE NAME NUMBER COMMAND [OPTION...]: refused by the rule's name, status 1,
# and nothing of it is kept
refused() {
	local rule=$1 name=$2 said status=0 before
	shift 2
	before=$(record "$1")
	said=$(event "$@") || status=$?
	if [ "$status" -eq 1 ] && [[ $said == "idrevoke-feed: refused: $rule: "* ]] &&
		[[ $said != *"$1"* ]] && [ "$(record "$1")" = "$before" ]; then
		tap_result ok "refused: $name"
	else
		tap_result 'not ok' "refused: $name"
		diag "status $status" "$said"
	fi
}

# record NUMBER: "through reason open person" in one line
record() {
	feed show --store "$store" --number <<<"$1" |
		awk '$1 == "not" { print "none" } $1 ~ /^(through|reason|open|person)$/ { printf "%s%s", n++ ? " " : "", $2 } END { if (n) print "" }'
}

# amounts NUMBER WANTED NAME
amounts() {
	is "$(record "$1")" "$2" "$3"
}

# said NAME PATTERN STATUS COMMAND...: exit status and text
said() {
	local name=$1 pattern=$2 want=$3 text status=0
	shift 3
	text=$("$@" 2>&1) || status=$?
	if [ "$status" -eq "$want" ] && [[ $text =~ $pattern ]]; then
		tap_result ok "$name"
	else
		tap_result 'not ok' "$name"
		diag "status $status instead of $want" "$text" "does not match: $pattern"
	fi
}

# value KEY: from show
value() {
	feed show --store "$store" | awk -v key="$1" '$1 == key { print $2 }'
}

# checked DIGIT...: each of these 17 digits with its check character
checked() {
	perl -e '@w = (7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2);
		for $n (@ARGV) { $s = 0; $s += $w[$_] * substr($n, $_, 1) for 0 .. 16;
			print $n, substr("10X98765432", $s % 11, 1), "\n" }' "$@"
}
