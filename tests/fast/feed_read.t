#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The issuer's tool: what reads the store: show, history, diff and export, for
# people and as JSON, which is read by a program that shares no code with it.
# shellcheck disable=SC2317 # functions are called by ok, exits and trap
# shellcheck source=tests/lib/tap.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
# shellcheck source=tests/lib/feed.sh
. "$IDREVOKE_TOP/tests/lib/feed.sh"

work=$(mktemp -d)
store=$work/store
trap 'rm -rf "$work"' EXIT

card=110101199003078881
other=990000199001018887
third=110101199003070011

# fields TEXT: each line of JSON as the keys and values of perl's own parser, keys sorted
fields() {
	perl -MJSON::PP -ne '
		BEGIN { $json = JSON::PP->new->canonical->allow_nonref }
		my $object = $json->decode($_);
		print join(" ", map { "$_=" . $json->encode($object->{$_}) } sort keys %$object), "\n"'
}

key=$(feed init --store "$store" --name issuer.example --valid-for 600 --confirm-every 300) || bail_out 'no store'

# --- nothing yet

is "$(feed show --store "$store" --json | fields)" \
	"confirm_every=300 count=0 digest=\"00000000000000000000000000000000\" epoch=1 key=\"$key\" pending=0 recount_equal=null valid_for=600 version=0" \
	'show --json'
said 'history of nobody' '^no events$' 0 feed history --store "$store" <<<"$card"
is "$(feed history --store "$store" --json <<<"$card")" '' 'as JSON: nothing'
said 'export before anything is published' 'nothing is published yet' 1 feed export --store "$store" --in-clear
said 'diff before that' $'^from 0\nto pending\nadded 0\nchanged 0\nremoved 0\n' 0 feed diff --store "$store"
event "$third" report --void --start 20180101 >"$work/out"
said 'a first record' $'\nadded 1\nchanged 0\nremoved 0\nreason-none 0\nreason-superseded 0\nreason-void 1\n' 0 feed diff --store "$store"
feed publish --store "$store" >"$work/out"
said 'published: no difference' $'^from 1\nto pending\nadded 0\nchanged 0\nremoved 0\n' 0 feed diff --store "$store"

# --- history

event "$card" report --lost --start 20190412 >"$work/out"
event "$card" withdraw >"$work/out"
event "$card" report --stolen >"$work/out"
event "$card" blacklist --ground $'\xe5\x86\x92\xe7\x94\xa8 "x"' --until 20991231 >"$work/out"
feed publish --store "$store" >"$work/out"
event "$card" correct --event 3 --start 20190412 >"$work/out"
event "$card" correct --event 4 --take-back >"$work/out"
today=$(feed history --store "$store" --json <<<"$card" | perl -MJSON::PP -ne 'print decode_json($_)->{record}{through} if $. == 3')
is "$(feed history --store "$store" <<<"$card" | sed '/^at /d')" "event 1
kind report
by clerk
why test
start 20190412
reason lost
undone-by 2
record through 20190412 reason lost open yes person no

event 2
kind withdraw
by clerk
why test
target 1
record not listed

event 3
kind report
by clerk
why test
reason stolen
undone-by 5
record through $today reason stolen open yes person no

event 4
kind blacklist
by clerk
why test
until 20991231
ground 冒用 \"x\"
undone-by 6
record through $today reason stolen open yes person yes

event 5
kind correct
by clerk
why test
target 3
start 20190412
record through 20190412 reason stolen open yes person yes

event 6
kind take-back
by clerk
why test
target 4
record through 20190412 reason stolen open yes person no" 'history: every event, and the record after it'
feed history --store "$store" --json <<<"$card" >"$work/history"
is "$(sed 's/"at":[0-9]\{10\},/"at":0,/' "$work/history" | fields | sed -n '4p;5p')" \
	'at=0 by="clerk" event=4 ground="冒用 \"x\"" kind="blacklist" reason=null record={"open":true,"person":true,"reason":"stolen","through":"'"$today"'"} start=null target=null undone_by=6 until="20991231" why="test"
at=0 by="clerk" event=5 ground=null kind="correct" reason=null record={"open":true,"person":true,"reason":"stolen","through":"20190412"} start="20190412" target=3 undone_by=null until=null why="test"' \
	'history --json'
is "$(fields <"$work/history" | sed -n '2s/.*record=\([a-z]*\).*/\1/p')" null 'not listed: null'
ok 'no card number in it' test -z "$(grep -l "$card" "$work/history")"
exits 1 'history of no number' feed history --store "$store" <<<'nonsense'

# --- show

is "$(feed show --store "$store" --number --json <<<"$card" | fields | sed 's/effective_from=[0-9]* //')" \
	'listed=true open=true person=false reason="stolen" through="20190412"' 'show --number --json'
is "$(feed show --store "$store" --number --json <<<"$other" | fields)" 'listed=false' 'not listed'
is "$(feed show --store "$store" --recount --json | fields | grep -o 'pending=1 recount_equal=true')" \
	'pending=1 recount_equal=true' 'show --recount --json'

# --- diff: pending, and between versions

event "$other" replace --start 20220101 >"$work/out"
event "$third" withdraw >"$work/out"
is "$(feed diff --store "$store" | paste -sd' ')" \
	'from 2 to pending added 1 changed 1 removed 1 reason-none 0 reason-superseded 1 reason-void 0 reason-lost 0 reason-stolen 1 open 1 person 0' \
	'diff: what the next version changes'
is "$(feed diff --store "$store" --json | fields)" \
	'added=1 changed=1 from=2 open=1 person=0 reasons={"lost":0,"none":0,"stolen":1,"superseded":1,"void":0} removed=1 to=null' \
	'diff --json'
wanted="number,change,through_before,reason_before,open_before,person_before,through,reason,open,person
$third,removed,20180101,void,yes,no,,,,
$card,changed,$today,stolen,yes,yes,20190412,stolen,yes,no
$other,added,,,,,20211231,superseded,no,no"
is "$(feed diff --store "$store" --records)" "$wanted" 'diff --records'
is "$(feed diff --store "$store" --records --json | fields | sed -n '1p;3p')" \
	'after=null before={"open":true,"person":false,"reason":"void","through":"20180101"} change="removed" number="'$third'"
after={"open":false,"person":false,"reason":"superseded","through":"20211231"} before=null change="added" number="'$other'"' \
	'diff --records --json'
ok 'without --records no numbers' test -z "$(feed diff --store "$store" | grep -E '[0-9]{17}')"
feed publish --store "$store" >"$work/out"
is "$(feed diff --store "$store" --from 2 --records)" "$wanted" 'between the two versions: the same'
is "$(feed diff --store "$store" --from 2 --to 3 --records)" "$wanted" 'and with both named'
event "$other" report --stolen --start 20220101 --publish >"$work/out"
event "$third" report --void --start 20180101 --publish >"$work/out"
is "$(feed diff --store "$store" --from 2 --to 3 --records)" "$wanted" 'and later'
is "$(feed diff --store "$store" --from 2 --records)" "$(head -n 1 <<<"$wanted")
$card,changed,$today,stolen,yes,yes,20190412,stolen,yes,no
$other,added,,,,,20220101,stolen,yes,no" 'over several versions: what came back is no change'
is "$(feed diff --store "$store" --from 1 --to 5 | sed -n '1,5p' | paste -sd' ')" 'from 1 to 5 added 2 changed 0 removed 0' \
	'from the first version'
exits 2 'diff backwards' feed diff --store "$store" --from 3 --to 2
exits 2 'diff of nothing' feed diff --store "$store" --from 3 --to 3
exits 2 'diff to what there is not' feed diff --store "$store" --from 3 --to 6
exits 2 'diff --to alone' feed diff --store "$store" --to 3

# --- export, and what others make of the feed

said 'export needs a word' 'export needs --in-clear' 2 feed export --store "$store"
event "$card" withdraw >"$work/out"
is "$(feed export --store "$store" --in-clear 2>"$work/said")" "number,through,reason,open,person
$third,20180101,void,yes,no
$card,20190412,stolen,yes,no
$other,20220101,stolen,yes,no" 'export: what is published, without what is pending'
is "$(cat "$work/said")" "idrevoke-feed: version 5: 3 records, digest $(value digest)" 'and says which version'
is "$(feed export --store "$store" --in-clear --json 2>"$work/said" | fields | head -n 1)" \
	"number=\"$third\" open=true person=false reason=\"void\" through=\"20180101\"" 'export --json'
exits 4 'a full disk' bash -c "'$IDREVOKE_BUILD/agent/idrevoke-feed/idrevoke-feed' export --store '$store' --in-clear >/dev/full"
exits 4 'a full disk, JSON' bash -c "'$IDREVOKE_BUILD/agent/idrevoke-feed/idrevoke-feed' history --json --store '$store' >/dev/full <<<$card"

store=$work/many
feed init --store "$store" >"$work/out"
feed synth --store "$store" --count 3000 --seed 5 >"$work/out"
feed publish --store "$store" >"$work/out"
before=$(feed export --store "$store" --in-clear 2>/dev/null | sort)
# unpack: the feed's snapshot as export has it, by perl
unpack() {
	zstd -dcq "$store"/feed/snapshot/1-* | perl -MTime::Local -e '
		use integer;
		my @w = (7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2);
		my @reasons = qw(none superseded void lost stolen);
		local $/; binmode STDIN; my $data = <STDIN>;
		sub day { my @t = gmtime(shift); return sprintf "%04d%02d%02d", $t[5] + 1900, $t[4] + 1, $t[3] }
		for (my $at = 96; $at < length $data; $at += 20) {
			my ($number, $through, $reason, $flags) = unpack "Q<S<CC", substr $data, $at;
			my ($front, $sequence) = ($number / 1000, $number % 1000);
			my ($region, $birth) = ($front / 140619, $front % 140619);
			my $n = sprintf "%06d%s%03d", $region, day(($birth - 62091) * 86400), $sequence;
			my $s = 0; $s += $w[$_] * substr($n, $_, 1) for 0 .. 16;
			print join(",", $n . substr("10X98765432", $s % 11, 1),
				$through == 65535 ? "all" : $through ? day(($through + 5113) * 86400) : "none",
				$reasons[$reason], $flags & 1 ? "yes" : "no", $flags & 2 ? "yes" : "no"), "\n";
		}'
}
is "$(unpack | sort | sha256sum)" "$(grep -v '^number' <<<"$before" | sha256sum)" 'export has what the feed has, as perl reads it'

# What diff says of two versions leads from the one to the other.
{
	echo number,event,start,reason,until,ground
	cut -d, -f1 <<<"$before" | grep -v number | shuf -n 400 --random-source=<(yes) | awk '
		NR % 4 == 0 { print $0 ",report,20180101,stolen,," }
		NR % 4 == 1 { print $0 ",blacklist,,,20991231,x" }
		NR % 4 == 2 { print $0 ",withdraw,,,," }
		NR % 4 == 3 { print $0 ",cancel,,,," }'
} >"$work/changes.csv"
said 'hundreds of changes' $'imported [23][0-9]+\nskipped [0-9]+\npublished 2 ' 0 \
	feed import --store "$store" --by a --why b --file "$work/changes.csv" --skip-bad --publish
feed diff --store "$store" --from 1 --records >"$work/diff"
apply() {
	perl -F, -lane '
		if ($ARGV eq "-") { $of{$F[0]} = join ",", @F[1..4]; next }
		next if $F[0] eq "number";
		die "before" if ($of{$F[0]} // ",,,") ne join ",", map { $_ // "" } @F[2..5];
		if ($F[1] eq "removed") { delete $of{$F[0]} } else { $of{$F[0]} = join ",", @F[6..9] }
		END { print "$_,$of{$_}" for sort keys %of }' - "$work/diff" <<<"$before"
}
is "$(apply | sort | sha256sum)" "$(feed export --store "$store" --in-clear 2>/dev/null | sort | sha256sum)" \
	'export of 1 and diff from 1 to 2 make export of 2'
is "$(feed diff --store "$store" --from 1 | awk '/^(added|changed|removed) / { sum += $2 } END { print sum }')" \
	"$(($(wc -l <"$work/diff") - 1))" 'and the counts are those of the list'

# Versions out of reach are named as such.
for ((i = 0; i < 70; i++)); do
	if [ $((i % 2)) = 0 ]; then event "$card" cancel; else event "$card" correct --event "$i" --take-back; fi
	feed publish --store "$store"
done >"$work/out" 2>&1
said 'a version that the feed has no more' 'from version 1 to 72: the deltas do not reach back' 4 feed diff --store "$store" --from 1
said 'versions that it has' $'\nadded ' 0 feed diff --store "$store" --from $(($(value version) - 5))

done_testing
