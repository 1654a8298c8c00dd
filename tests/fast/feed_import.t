#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The issuer's tool: events from CSV. A bad line is named, without its number, and
# nothing is imported; or, if that is asked for, all others are.
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

feed init --store "$store" --name issuer.example >"$work/key" || bail_out 'no store'

# import LINE...: these lines of a file; options in $options
options=(--by clerk --why test)
import() {
	printf '%s\n' "$@" >"$work/cards.csv"
	feed import --store "$store" "${options[@]}" --file "$work/cards.csv"
}
# imports NAME COUNT LINE...
imports() {
	local name=$1 count=$2
	shift 2
	said "$name" "^imported $count\$" 0 import "$@"
}
events() { feed history --store "$store" <<<"$1" | grep -c '^event '; }
# bad NAME LINE:TEXT LINE...: this line is named, and nothing is imported
bad() {
	local name=$1 want=$2 text status=0 before
	shift 2
	before=$(feed history --store "$store" <<<"$card")
	text=$(import "$@" 2>&1) || status=$?
	if [ "$status" -eq 1 ] && [[ $text == *"/cards.csv:$want"* ]] && [[ ! $text =~ [0-9]{15} ]] &&
		[ "$(feed history --store "$store" <<<"$card")" = "$before" ]; then
		tap_result ok "bad: $name"
	else
		tap_result 'not ok' "bad: $name"
		diag "status $status" "$text"
	fi
}

# --- every kind of event

imports 'all kinds of events' 13 \
	number,event,start,reason,until,ground,target,at,by,why \
	"$card,report,20190412,lost,,,,2020-01-02T03:04:05Z,post office 7,left in a taxi" \
	"$card,withdraw,,,,,,2020-01-03T00:00:00Z,," \
	"$card,report,2019-04-12,stolen,,,,20200104,,\"he said: \"\"gone\"\"\"" \
	"$card,replace,20200301,,,,,20200301,," \
	"$card,correct,,lost,,,3,,," \
	"$other,replace,20220101,expiry,,,,,," \
	"$other,report,20220101,void,,,,,," \
	"$other,take-back,,,,,2,,," \
	"$third,blacklist,,,20991231,impersonation,,,," \
	"$third,unblacklist,,,,,,,," \
	"$third,blacklist,,,20991231,impersonation,,,," \
	"$third,cancel,,,,,,,," \
	"11010519491231002x,report,,void,,,,,,"
amounts "$card" '20200229 lost no no' 'reported, withdrawn, reported, replaced, corrected'
amounts "$other" '20211231 void no no' 'replaced; the report was taken back'
amounts "$third" 'all void no yes' 'cancelled and blacklisted'
like "$(record 11010519491231002X)" '^20[0-9]{6} void yes no$' 'a report without a start'
like "$(feed history --store "$store" <<<"$card")" \
	$'^event 1\nkind report\nat 2020-01-02T03:04:05Z\nby post office 7\nwhy left in a taxi\nstart 20190412\nreason lost\nundone-by 2\n' \
	'time, who and why are kept'
like "$(feed history --store "$store" <<<"$card")" $'\nat 2020-01-04T00:00:00Z\nby clerk\nwhy he said: "gone"\n' \
	'a day is its beginning; what a line does not say comes from the command line'
is "$(feed show --store "$store" --number <<<"$card" | sed -n 's/^effective-from //p' | wc -c)" 11 'effective from'

# --- columns

imports 'names of columns in capitals' 1 Number,EVENT,Reason "$(checked 11010119900307020),report,lost"
bad 'a column twice' '1: the column event is there twice' number,event,Event "$card,cancel,cancel"
options=(--by clerk --why test --event report)
imports 'columns in another order, the event by option' 1 start,number,reason '20200301,110101199003070038,lost'
amounts 110101199003070038 '20200301 lost yes no' 'it is kept'
imports 'a line may say another event' 2 start,event,number,reason \
	'20200301,,110101199003070046,lost' ',cancel,110101199003070046,'
amounts 110101199003070046 'all lost no no' 'it is kept'
options=(--by clerk --why test)
bad 'an unknown column, named' "1: column 2 ('Nummer') is unknown" "event,Nummer" "cancel,$card"
bad 'a file without a first line: its number is not repeated' '1: column 1 is unknown' "$card,cancel" "$card,cancel"
bad 'semicolons' '1: column 1 is unknown; there can be, separated by commas' 'number;event' "$card;cancel"
bad 'the same column twice' '1: the column event is there twice' 'number,event,event' "$card,cancel,cancel"
bad 'no number' '1: the column number is missing' 'event' 'cancel'
bad 'no event' '1: the column event is missing, and there is no --event' 'number' "$card"
options=(--why test)
bad 'nobody who says so' '1: the column by is missing, and there is no --by' 'number,event' "$card,cancel"
bad 'nobody in one line' '2: by: it is empty' 'number,event,by' "$card,cancel,"
options=(--by clerk)
bad 'no cause' '1: the column why is missing, and there is no --why' 'number,event' "$card,cancel"
options=(--by clerk --why test)
bad 'a blank file' '2: it is empty' '' ''
said 'an empty file has no line that could be named' '/dev/null: it is empty' 1 feed import --store "$store" "${options[@]}" --file /dev/null
bad 'quotes in the first line' '1: the quotes' 'number,"event' "$card,cancel"
bad 'too few columns' '2: it has 1 columns; the first line has 2' 'number,event' "$card"
bad 'too many columns' '2: it has 3 columns; the first line has 2' 'number,event' "$card,cancel,x"
imports 'a first line alone' 0 'number,event'
imports 'blank lines' 0 'number,event' '' '  '

# --- as other programs write it

printf '\xef\xbb\xbfnumber,event,start,reason\r\n110101199003070054,report,20200301,lost\r\n\r\n' >"$work/dos.csv"
said 'a byte order mark, and CRLF' '^imported 1$' 0 feed import --store "$store" "${options[@]}" --file "$work/dos.csv"
amounts 110101199003070054 '20200301 lost yes no' 'it is kept'
imports 'quotes, commas in them, blanks around' 1 '"number" , "event","start","reason","why"' \
	'"110101199003070062" , "report","20200301","lost","taxi, or bus"'
like "$(feed history --store "$store" <<<110101199003070062)" $'\nwhy taxi, or bus\n' 'it is kept'
printf 'number,event\n110101199003070070,cancel' >"$work/open.csv"
said 'no end of line at the end' '^imported 1$' 0 feed import --store "$store" "${options[@]}" --file "$work/open.csv"
from_input() { feed import --store "$store" "${options[@]}"; }
said 'from standard input' '^imported 1$' 0 from_input < <(printf 'number,event\n%s,cancel\n' "$(checked 11010119900307009)")
said 'and that is named' 'standard input:2: number: ' 1 from_input < <(printf 'number,event\n,cancel\n')
bad 'an open quote' '2: the quotes are not as they should be' 'number,event,why' "$card,cancel,\"left in a taxi"
printf 'number,event\n%s,can\0cel\n' "$card" >"$work/zero.csv"
said 'a zero byte' 'zero.csv:2: the line has a zero byte' 1 feed import --store "$store" "${options[@]}" --file "$work/zero.csv"
bad 'a long line' '2: the line is too long' 'number,event,why' "$card,cancel,$(printf 'x%.0s' {1..5000})"
bad 'a carriage return inside' '2: there is a carriage return' 'number,event' "$card,can"$'\r'"cel"

# --- bad fields: which, and why

bad 'a wrong check character' '2: number: the number is malformed: its check character is wrong' number,event 110101199003078882,cancel
bad '29 February of a common year' '2: number: the number is malformed: its birth date is 29 February of a common year' \
	number,event "$(checked 11010119900229888),cancel"
bad '31 April' '2: number: the number is malformed: its birth date is no day of the calendar' \
	number,event "$(checked 11010119900431888),cancel"
bad 'a birth in the year 1700' '2: number: the number is malformed: its birth year' number,event "$(checked 11010117900401888),cancel"
bad 'a first-generation number' '2: number: the number has 15 digits and is of a first-generation card' \
	number,event 110101900307888,cancel
bad 'a travel permit' '2: number: the number is that of another kind of document, such as a travel permit' \
	number,event H12345678,cancel
bad 'too long' '2: number: the number is malformed: it does not have 18 characters' number,event "${card}1,cancel"
bad 'a letter inside' '2: number: the number is malformed: it has characters other' number,event 11010119900307O881,cancel
bad 'a number that a spreadsheet rounded' '2: number: the number is malformed: it does not' number,event 1.10101E+17,cancel
bad 'no number' '2: number: it is empty; cancel needs it' number,event ,cancel
bad 'an unknown event' '2: event: it is none of report, withdraw' number,event "$card,found"
bad 'a report without a reason' '2: reason: it is empty; report needs it' number,event,reason "$card,report,"
bad 'the reason of a replacement' '2: reason: it is none of those of report' number,event,reason "$card,report,damage"
bad 'a replacement without a start' '2: start: it is empty; replace needs it' number,event "$card,replace"
bad 'a start on 29 February of a common year' '2: start: it is no calendar day' number,event,start "$card,replace,20230229"
bad 'a start as Americans write it' '2: start: it is no calendar day' number,event,start "$card,replace,02/28/2023"
bad 'unknown as a start' '2: start: it is no calendar day' number,event,start,reason "$card,report,unknown,lost"
bad 'a start where there is none' '2: start: cancel has none' number,event,start "$card,cancel,20230228"
bad 'a ground where there is none' '2: ground: cancel has none' number,event,ground "$card,cancel,x"
bad 'a blacklisting without an end' '2: until: it is empty; blacklist needs it' number,event,ground "$card,blacklist,x"
bad 'a correction of nothing' '2: event: correct does not say' number,event,target "$card,correct,1"
bad 'a correction without a target' '2: target: it is empty; correct needs it' number,event,reason "$card,correct,lost"
bad 'a target that is none' '2: target: it is not the number of an event' number,event,target "$card,take-back,0"
bad 'a time that is none' '2: at: it is no time' number,event,at "$card,cancel,2021-02-29T00:00:00Z"
bad 'another time zone' '2: at: it is no time' number,event,at "$card,cancel,2021-02-28T00:00:00+08:00"
bad 'a time in the future' '2: at: it lies in the future' number,event,at "$card,cancel,2099-02-28T00:00:00Z"
bad 'a bell' '2: why: it has control characters' number,event,why "$card,cancel,"$'\a'
bad 'no UTF-8' '2: by: it has control characters, or is not UTF-8' number,event,by "$card,cancel,"$'\xff'
imports 'UTF-8' 1 number,event,by,why "$(checked 11010119900307010),cancel,张三,遗失"

# --- the rules of events, also against lines before

bad 'a rule is broken' '2: refused: start-not-later: ' number,event,start "$card,replace,20200301"
bad 'against a line before it' '3: refused: start-not-later: ' number,event,start "$card,replace,20220101" "$card,replace,20220101"
bad 'before an event that is there' '2: refused: not-in-order: it is from before event 5' \
	number,event,start,at "$card,replace,20220101,20100101"
bad 'a report of a card that was not there then' '2: refused: start-in-future: ' \
	number,event,start,reason,at "$(checked 11010119900307011),report,20220101,lost,20210101"
imports 'events of long ago, in order' 3 number,event,start,reason,until,ground,at \
	"$(checked 11010119900307012),report,20100101,lost,,,20150101" \
	"$(checked 11010119900307012),replace,20150301,,,,20150301" \
	"$(checked 11010119900307012),blacklist,,,20170101,x,20160101"
amounts "$(checked 11010119900307012)" '20150228 lost no no' 'a blacklisting that ended long ago is not in force'
bad 'an end before its beginning' '2: refused: end-in-past: ' number,event,until,ground,at \
	"$(checked 11010119900307013),blacklist,20170101,x,20180101"

# --- all bad lines are named; the others can be imported

lines=("number,event,start,reason"
	"$(checked 11010119900308001),report,20200101,lost"
	"$(checked 11010119900308002),report,20200101,lots"
	"$(checked 11010119900308003),report,20200101,lost"
	"110101199003080031,report,20200101,lost"
	"$(checked 11010119900308001),withdraw,,"
	"$(checked 11010119900308001),withdraw,,")
text=$(import "${lines[@]}" 2>&1)
is "$(grep -o ':[0-9]*: [a-z]*' <<<"$text" | paste -sd,)" ':3: reason,:5: number,:7: refused' 'all of them, in their order'
like "$text" 'nothing is imported, for 3 of 6 lines are bad' 'and how many'
is "$(events "$(checked 11010119900308001)")" 0 'and nothing is imported'
options=(--by clerk --why test --check)
said 'only checked' $'good 3\nbad 3$' 1 import "${lines[@]}"
is "$(events "$(checked 11010119900308001)")" 0 'and not imported'
said 'what is good is told' $'^good 1\nbad 0$' 0 import "${lines[@]:0:2}"
is "$(events "$(checked 11010119900308001)")" 0 'and not imported either'
options=(--by clerk --why test --skip-bad)
said 'the others' $'imported 3\nskipped 3$' 0 import "${lines[@]}"
is "$(events "$(checked 11010119900308001)"),$(events "$(checked 11010119900308002)"),$(events "$(checked 11010119900308003)")" \
	2,0,1 'are imported'
options=(--by clerk --why test)
for ((i = 0; i < 150; i++)); do lines+=('x,cancel,,'); done
text=$(import "${lines[@]}" 2>&1)
is "$(grep -c 'cards.csv:[0-9]*: ' <<<"$text")" 100 'at most a hundred are named'
like "$text" $'\n[^\n]*: and 5[3-4] bad lines more\n' 'and the others counted'
is "$(grep -o ':[0-9]*: ' <<<"$text" | tr -d ': ' | sort -n | tail -n 1)" 104 'the first ones'

exits 2 'no such event by option' feed import --store "$store" --event found
exits 4 'a file that is not there' feed import --store "$store" --by a --why b --file "$work/nothing"
exits 4 'a directory' feed import --store "$store" --by a --why b --file "$work"
exits 2 'a control character by option' feed import --store "$store" --by $'a\tb' --why b

# --- published, counted; beside others

feed publish --store "$store" >"$work/out"
options=(--by clerk --why test --publish)
said 'import --publish' $'^imported 1\npublished 2 [0-9]{19}$' 0 import number,event "$(checked 11010119900308004),cancel"
said 'recount' 'recount equal' 0 feed show --store "$store" --recount

# many COUNT: so many reports, in an order that is not that of the numbers
many() {
	perl -e '
		my $count = shift;
		my @w = (7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2);
		print "number,event,start,reason,why\n";
		for my $i (0 .. $count - 1) {
			my $k = ($i * 7919 + 13) % $count;
			my $n = sprintf "99%04d1950%02d%02d%03d", $k / 168000, 1 + $k / 14000 % 12, 1 + $k / 500 % 28, $k % 500 * 2;
			my $s = 0;
			$s += $w[$_] * substr($n, $_, 1) for 0 .. 16;
			print $n, substr("10X98765432", $s % 11, 1), ",report,20190412,lost,file ", int $i / 1000, "\n";
		}' "$1"
}
many 20000 >"$work/many.csv"
before=$(value count)
feed import --store "$store" --by clerk --file "$work/many.csv" --publish >"$work/import" 2>&1 &
for i in 1 2 3 4 5; do
	event "$(checked "1101011990030810$i")" report --lost --start 20200101 --publish
done >"$work/reports"
wait $!
is "$(grep -c '^published ' "$work/reports"),$(grep -c '^imported 20000$' "$work/import")" 5,1 'reports beside an import'
feed publish --store "$store" >"$work/out"
is "$(($(value count) - before))" 20005 'nothing is lost'
said 'recount' 'recount equal' 0 feed show --store "$store" --recount

many 100000 >"$work/many.csv"
feed init --store "$work/empty" >"$work/out"
start=$(date +%s%N)
said 'a large file' '^imported 100000$' 0 feed import --store "$work/empty" --by clerk --file "$work/many.csv"
diag "imported $((100000 * 1000000000 / ($(date +%s%N) - start))) lines a second"
on_terminal() {
	script -qec "$IDREVOKE_BUILD/agent/idrevoke-feed/idrevoke-feed import --check --store $store --by a --file $work/many.csv" /dev/null
}
said 'progress on a terminal' $'read 65536 \rread 100001 \r?\n\rkept 0 \rkept 65536 \rkept 100000 ' 0 on_terminal
is "$(feed import --check --store "$work/empty" --by a --file "$work/many.csv" 2>&1)" $'good 100000\nbad 0' 'and nowhere else'

# --- killed: nothing, or all

feed init --store "$work/killed" >"$work/out"
killed() {
	strace -qq -o /dev/null -e trace=pwrite64 -e inject=pwrite64:signal=KILL:when=50 \
		"$IDREVOKE_BUILD/agent/idrevoke-feed/idrevoke-feed" import --store "$work/killed" --by a \
		--file "$work/many.csv"
}
exits 137 'killed while it writes' killed
said 'nothing is imported' 'pending 0' 0 feed show --store "$work/killed" --recount

done_testing
