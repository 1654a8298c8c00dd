#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The issuer's tool: its help fits a screen, its manual page has every command and
# option, and the completion offers what there is.
# shellcheck disable=SC2317 # functions are called by ok, exits and trap
# shellcheck source=tests/lib/tap.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$IDREVOKE_BUILD/agent/idrevoke-feed:$PATH
source=$IDREVOKE_TOP/agent/idrevoke-feed
export MANWIDTH=80

# lines that are too long, or too many
fits() { awk 'length($0) > 80 { bad = 1 } END { exit bad || NR > 24 || NR < 3 }' "$1"; }
commands=$(idrevoke-feed --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
is "$(wc -w <<<"$commands")" 17 'commands'
idrevoke-feed --help >"$work/help"
ok '--help fits a screen' fits "$work/help"

# --- the manual page

mandoc -T ascii "$source/idrevoke-feed.1" 2>"$work/said" | col -bx >"$work/page"
is "$(mandoc -T lint "$source/idrevoke-feed.1" 2>&1 | grep -v -e 'referenced manual not found' -e 'outdated mandoc.db')" \
	'' 'mandoc finds nothing to complain of'
# entry COMMAND: what the manual page says of it
entry() { sed -n "s/^     $1\( .*\)\?\$/&/p" "$work/page"; }

options=
for command in $commands; do
	idrevoke-feed "$command" --help >"$work/help"
	ok "$command --help fits a screen" fits "$work/help"
	like "$(cat "$work/help")" "^usage: idrevoke-feed $command --store DIR " "$command --help is its own"
	options+=" $(sed -n 's/^  \(--[a-z-]*\) .*/\1/p' "$work/help")"
	like "$(entry "$command")" . "the manual page has $command"
done
missing=
for option in $(tr ' ' '\n' <<<"$options" | sort -u); do
	grep -q -e "$option\b" "$work/page" || missing+=" $option"
done
is "$missing" '' 'and every option'
# Columns and JSON members as the tool knows them, from its own mouth.
key=$(idrevoke-feed init --store "$work/store") || bail_out 'no store'
like "$key" '^idrevoke\+' 'the name of the key that the page says is the default'
columns=$(echo nonsense | idrevoke-feed import --store "$work/store" 2>&1 | sed 's/.*: \(number.*\)/\1/; s/,//g; s/ and / /')
missing=
for column in $columns; do
	sed -n '/^IMPORT/,/^SERVING/p' "$work/page" | grep -q "^     $column  *\(all\|[a-z,-]*\)" || missing+=" $column"
done
is "$missing,$(wc -w <<<"$columns")" ,10 'and every column of import'
echo 110101199003078881 | idrevoke-feed report --store "$work/store" --lost --by a --why b --publish >"$work/out"
members() {
	{
		idrevoke-feed show --store "$work/store" --json
		echo 110101199003078881 | idrevoke-feed show --store "$work/store" --number --json
		echo 110101199003078881 | idrevoke-feed history --store "$work/store" --json
		idrevoke-feed diff --store "$work/store" --json
		idrevoke-feed export --store "$work/store" --in-clear --json 2>"$work/said"
	} | perl -MJSON::PP -ne '$has{$_} = 1 for keys %{decode_json($_)}; END { print "$_\n" for sort keys %has }'
}
missing=
for member in $(members); do
	sed -n '/^JSON/,/^FILES/p' "$work/page" | grep -qw "$member" || missing+=" $member"
done
is "$missing" '' 'and every member of JSON'
like "$(members | wc -l)" '^[23][0-9]$' 'of which there are many'

# --- completion

# shellcheck source=agent/idrevoke-feed/idrevoke-feed.bash-completion
. "$source/idrevoke-feed.bash-completion"
like "$(complete -p idrevoke-feed)" '-F _idrevoke_feed idrevoke-feed$' 'completion is there'
# offers WORD...: what is offered for the last word
offers() {
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_idrevoke_feed idrevoke-feed "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd' '
}
is "$(offers idrevoke-feed '')" "$(sort <<<"$commands" | paste -sd' ')" 'all commands'
is "$(offers idrevoke-feed re)" 'replace report' 'commands that begin so'
for command in $commands; do
	is "$(offers idrevoke-feed "$command" --)" \
		"$({ idrevoke-feed "$command" --help | sed -n 's/^  \(--[a-z-]*\) .*/\1/p'; echo --help; } | sort | paste -sd' ')" \
		"options of $command"
done
is "$(offers idrevoke-feed replace --reason e)" 'error expiry' 'reasons'
is "$(offers idrevoke-feed import --event un)" 'unblacklist' 'kinds of events'
is "$(offers idrevoke-feed report --store "$work/st")" "$work/store" 'directories'
is "$(offers idrevoke-feed import --file "$work/he")" "$work/help" 'files'
is "$(offers idrevoke-feed report --by '')" '' 'nothing where only people know'
is "$(offers idrevoke-feed report --store "$work/store" --st)" '--start --stolen --store' 'options after a value'

# --- wrong usage names what is wrong

# wrong PATTERN ARGUMENT...: status 2 and this text
wrong() {
	local pattern=$1 text status=0
	shift
	text=$(idrevoke-feed "$@" 2>&1 </dev/null) || status=$?
	like "$status $text" "^2 $pattern" "wrong usage: $*"
}
wrong 'usage: '
wrong 'usage: ' nonsense
wrong 'idrevoke-feed: show has no such option; see idrevoke-feed show --help$' show --nonsense
wrong 'idrevoke-feed: show has no such option; see idrevoke-feed show --help$' show --110101199003078881
wrong 'idrevoke-feed: show has no such option; see idrevoke-feed show --help$' show --json=110101199003078881
wrong 'idrevoke-feed: show has no such option; see idrevoke-feed show --help$' show -110101199003078881
wrong 'idrevoke-feed: --store needs a value$' show --store
wrong 'idrevoke-feed: show needs --store' show
wrong 'idrevoke-feed: show does not take --lost' show --store x --lost
wrong 'idrevoke-feed: --store is there twice' show --store x --store y
wrong 'idrevoke-feed: --store is empty' show --store ''
wrong 'idrevoke-feed: report needs one of --lost' report --store x --by a --why b
wrong 'idrevoke-feed: --start takes a calendar day' report --store x --by a --why b --lost --start 20230229
wrong 'idrevoke-feed: --why takes UTF-8' report --store x --by a --lost --why $'\e[2J'
wrong 'idrevoke-feed: --count takes a number from 1 to 100000000' synth --store x --seed 1 --count 0
wrong 'idrevoke-feed: --count takes a number' synth --store x --seed 1 --count 18446744073709551617
wrong 'idrevoke-feed: --number does not go with --recount' show --store x --number --recount
wrong 'idrevoke-feed: --confirm-every must not be more' init --store "$work/x" --valid-for 5 --confirm-every 6
wrong 'idrevoke-feed: --listen takes' serve --store x --certificate x --key x --listen nowhere
wrong 'idrevoke-feed: report takes options only; a card number comes on standard input' report --store x --by a --why b 110101199003078881

# A person is asked for the number, which is not shown.
asked() {
	grep -q number "$work/screen" && stty -F "$(cat "$work/tty")" -a | grep -q -- ' -echo '
}
# terminal TYPED COMMAND: on a terminal of its own, where this is typed at the prompt
terminal() {
	rm -f "$work/keys" "$work/tty"
	mkfifo "$work/keys"
	script --quiet --return --echo always --flush --command "tty >$work/tty; $2" /dev/null \
		<"$work/keys" >"$work/screen" 2>&1 &
	local pid=$!
	exec {keys}>"$work/keys"
	until_true 'on a terminal the number is asked for' asked
	printf '%b' "$1" >&"$keys"
	wait "$pid"
	status=$?
	exec {keys}>&-
}
# until_true NAME COMMAND...: comes true within ten seconds
until_true() {
	local name=$1
	shift
	for ((tries = 0; tries < 200; tries++)); do
		"$@" >"$work/said" 2>&1 && break
		sleep 0.05
	done
	ok "$name" "$@"
}
show="idrevoke-feed show --number --store $work/store"
terminal '110101199003078881\n' "$show"
like "$status $(cat "$work/screen")" '^0 .*card number \(not shown\): .*reason lost' 'it is taken'
exits 1 'and not shown' grep -q 19900307 "$work/screen"
terminal '\n' "$show"
like "$status $(cat "$work/screen")" '^1 .*no card number' 'nothing is typed'
terminal '110101199003078882\n' "$show"
like "$status $(cat "$work/screen")" '^1 .*its check character is wrong' 'a typing error is noticed'
terminal '\003' "$show; echo status \$?; stty -a"
like "$(cat "$work/screen")" 'status 130.* echo ' '^C ends it by SIGINT, and the terminal shows again what is typed'

done_testing
