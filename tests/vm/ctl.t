#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# idrevokectl with the module: answers and exit statuses, a million questions, the
# list as it changes, and the same list in kernel, state directory and feed
# shellcheck disable=SC2034,SC2317 # read by guest.sh; functions are called by name
guest_options='--timeout 600'
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
# shellcheck source=tests/lib/json.sh
. "$IDREVOKE_TOP/tests/lib/json.sh"
# shellcheck source=tests/lib/terminal.sh
. "$IDREVOKE_TOP/tests/lib/terminal.sh"

agent=$IDREVOKE_BUILD/agent
program=$agent/idrevokectl/idrevokectl
helper=$IDREVOKE_BUILD/tests/vm/ctl
work=/tmp/ctl
mkdir "$work"
cd "$work" || bail_out "no $work"

ctl() { "$program" "$@"; }

# until_true NAME COMMAND...: the command succeeds before thirty seconds are over
until_true() {
	local name=$1 end=$((SECONDS + 30))
	shift
	until "$@" 2>/dev/null; do
		if [ "$SECONDS" -ge "$end" ]; then
			tap_result 'not ok' "$name"
			diag "$(tail -n 5 "$work"/*.log 2>/dev/null)"
			return
		fi
		sleep 0.05
	done
	tap_result ok "$name"
}

# answers STATUS OUTPUT NAME [ARGUMENT...]: check of $number ends with this status,
# and prints this on standard output, but for the version
answers() {
	local want=$1 words=$2 name=$3 output status=0
	shift 3
	output=$(ctl check "$@" <<<"$number" 2>said) || status=$?
	is "${output%%, version*} $status" "$words $want" "$name"
}
says() {
	like "$(cat said)" "$1" "and says: $1"
}

# sorted WORD...: on one line
sorted() {
	printf '%s\n' "$@" | sort | paste -sd ' '
}
# What the manual page says that there is.
answer_types=(issued:number late:boolean person:boolean reason:string stale:boolean
	verdict:string version:number why:string)
list_types=(count:number digest:string epoch:number floor_epoch:number floor_version:number
	fresh_ms:number issued:number max_entries:number memory:number rebuilding:boolean
	rebuilds:number state:string version:number)
checks_types=(ambiguous:number clear:number malformed:number not_ready:number revoked:number
	stale:number throttled:number unsupported:number)

# --- watch, from before the module is there

"$program" watch --json >watch.json &
watch=$!
seen() {
	[ "$(json_get event <watch.json | paste -sd ' ')" = "$*" ]
}
until_true 'watch: no module' seen unloaded
load_module hits_per_hour=0 confirm_interval=600
until_true 'watch: the module comes' seen unloaded loaded now

# --- check, by itself

number=110101199003078881
answers 3 'UNKNOWN (NOT_READY)' 'no list'
exits 3 'status: NOT_READY' ctl status
ok 'a list' "$helper" list 1 3600
until_true 'watch: it came in force' seen unloaded loaded now commit
exits 0 'status: CURRENT' ctl status
answers 0 CLEAR 'an unlisted card' --start 20190412
is "$(cat said)" '' 'and says no more'
answers 0 CLEAR 'the same with consistency' --start 2019-04-12 --consistency mismatch
answers 3 'UNKNOWN (MALFORMED)' 'a start on 29 February in a common year' --start 20190229
says 'start of validity is no day in the calendar'
number=$("$helper" card 0)
answers 1 'REVOKED (lost)' 'a lost card' --start 20190411
answers 3 'AMBIGUOUS (lost)' 'its number alone'
answers 0 CLEAR 'its replacement' --start 20190412
number=$("$helper" card 3)
answers 0 'CLEAR PERSON' 'the card of an impersonator'
number=110101199003078882
answers 3 'UNKNOWN (MALFORMED)' 'a wrong check character'
says 'the check character of the number is wrong'
number=110101190002298880
answers 3 'UNKNOWN (MALFORMED)' 'born on 29 February in a common year'
says 'the birth date in the number is no day in the calendar'
number=110101900307888
answers 3 'UNKNOWN (UNSUPPORTED)' '15 digits'
says 'a first-generation number, of 15 digits: such cards are void since 2013'
number=H1234567890
answers 3 'UNKNOWN (UNSUPPORTED)' 'a travel permit'
says 'another kind of document, such as a travel permit'
number=11010119900307888Y
answers 3 'UNKNOWN (MALFORMED)' 'a letter at the end'
says 'other characters than 17 digits and a digit or X'
number=1101011990030788811
answers 3 'UNKNOWN (MALFORMED)' '19 digits, of which the first 18 are a number'
says 'does not have 18 characters'
number=$(printf '%05000d' 1)
answers 3 'UNKNOWN (MALFORMED)' 'a long line'
says 'the line is too long'
number=
answers 3 'UNKNOWN (MALFORMED)' 'an empty line'
says 'there is no number'

printf '\xef\xbb\xbf  110101199003078881 \r\nmore\n' >number
is "$(ctl check --file number | cut -d, -f1)" CLEAR 'a file: byte order mark, blanks, CRLF'
is "$(ctl check --number-others-can-see 110101199003078881 | cut -d, -f1)" CLEAR 'an argument'
terminal "$("$helper" card 1)\n" "$program check"
is "$status" 1 'a number typed at the prompt'
like "$(cat screen)" 'REVOKED .stolen' 'is answered'

number=110101900307888
is "$(ctl check --json <<<"$number" | json_types)" "$(sorted "${answer_types[@]}" note:string)" \
	'JSON: its members'
is "$(ctl check --json <<<"$number" | json_get why)" UNSUPPORTED 'which say the same'
is "$(ctl check --json <number | json_get note)" null 'nothing to note'
is "$(ctl check --json <number | json_get verdict)" CLEAR 'of a card that is CLEAR'
exits 4 'a full disk' bash -c "$program check <number >/dev/full"
# unread COMMAND...: its output goes to a pipe whose other end is closed
unread() {
	perl -e 'pipe(my $in, my $out); close($in); open(STDOUT, ">&", $out); exec @ARGV' "$@"
}
exits 4 'a pipe that nobody reads' unread "$program" check --file number
like "$(unread "$program" check --file number 2>&1)" 'cannot write the output: Broken pipe' 'is named'

# --- batch: kinds of input

# batch STATUS NAME [ARGUMENT...]: of file in, to out
batch() {
	local want=$1 name=$2
	shift 2
	exits "$want" "$name" bash -c '"$@" <in >out 2>said' bash "$program" batch "$@"
}
lost=$("$helper" card 0)
printf '%s\n' 110101199003078881 "$lost,20190412" "$lost,2019-04-12,face" >in
batch 0 'every card CLEAR'
is "$(cat out)" "$(printf '%s\n' 1,,CLEAR,NONE,none,,1, 2,,CLEAR,NONE,none,,1, 3,,CLEAR,NONE,none,,1,)" \
	'an answer each'
is "$(cat said)" '' 'and nothing to say'
printf '%s\n' "$lost" >>in
batch 3 'one is AMBIGUOUS'
printf '%s\n' "$lost,20190411" >>in
batch 1 'one is REVOKED'
: >in
batch 0 'no question'
is "$(cat out)" '' 'no answer'

printf '\xef\xbb\xbfName,"ID",consistency,Valid_From,NUMBER\r\n' >in
printf '%s\r\n' 'Wang,"a,""b",,20190411,'"$lost" 'Li,c2,other,"20190412","'"$lost"'"' \
	'Zhao,c3,other' 'Sun,c4,smell,,110101199003078881' ',,,,' 'x,c6,,20190229,110101199003078881' \
	'x,c7,,20240229,110101199003078881' >>in
batch 1 'CSV with BOM, header, CRLF and quotes'
is "$(sed 's/\(none\|calendar\), .*/\1/' out)" 'line,id,verdict,why,reason,flags,version,note
2,"a,""b",REVOKED,NONE,lost,,1,
3,"c2",CLEAR,NONE,none,,1,
4,,UNKNOWN,MALFORMED,none,,1,"there are fewer fields than columns"
5,"c4",UNKNOWN,MALFORMED,none,,1,"consistency is none
6,,UNKNOWN,MALFORMED,none,,1,"there is no number"
7,"c6",UNKNOWN,MALFORMED,none,,1,"the start of validity is no day in the calendar
8,"c7",CLEAR,NONE,none,,1,' 'answers in order, with ids and a header'
is "$(sed 's/\(.*: line [0-9]*: [a-z]* [a-z]*\).*/\1/' said)" 'idrevokectl: line 1: the column
idrevokectl: line 4: there are
idrevokectl: line 5: consistency is
idrevokectl: line 6: there is
idrevokectl: line 7: the start' 'bad lines are named'
batch 1 'the same as JSON' --json
is "$(sed -n '1p;4p' out | json_types)" \
	"$(sorted "${answer_types[@]}" line:number id:string note:null)
$(sorted "${answer_types[@]}" line:number id:string note:string)" 'JSON: its members'
is "$(sed -n 5p out | json_types)" "$(sorted "${answer_types[@]}" line:number id:null note:string)" \
	'JSON: there may be no id'
is "$(head -n 7 out | json_get id | paste -sd ' ')" 'a,"b c2 null c4 null c6 c7' 'JSON: ids'
is "$(tail -n 1 out)" \
	'{"summary":{"lines":7,"clear":2,"revoked":1,"ambiguous":0,"unknown":4,"bad":4}}' 'a summary'

printf '%s\n' 'number,start,number' "$lost,20190412,x" >in
batch 4 'a header with a column twice'
like "$(cat said)" 'line 1: two columns name the number' 'is named'
printf '%s\n' "$lost,20190412,face,x" "\"$lost" 'a"b' "$lost,$lost" "" "$(printf '%05000d' 1)" \
	$'\x01' "110101199003078881" >in
printf '110101199003078881\0\n' >>in
batch 3 'bad lines of CSV'
is "$(cut -d, -f3,4 out | paste -sd ' ')" "$(printf 'UNKNOWN,MALFORMED %.0s' {1..7})CLEAR,NONE UNKNOWN,MALFORMED" \
	'each is UNKNOWN, at its place'
is "$(sed 's/.*: line//' said)" ' 1: there are more fields than columns
 2: the quotes are not as they should be
 3: the quotes are not as they should be
 4: the start of validity is no date YYYYMMDD
 5: the line is empty
 6: the line is too long
 7: the number does not have 18 characters
 9: the line has a zero byte' 'and named'
ok 'no number in what is said' test -z "$(grep "${lost:6:8}" said)"

card='"number":"110101199003078881"' blank=' '
cat >in <<EOF
{"id":7.50,"number":"$lost","start":20190411,"more":{"number":[1,{"start":null}]}}
 {"number":"$lost","start":"20190412","consistency":"face","id":"\u00e9\"x"}$blank
{$card,"start":null,"consistency":null,"id":null}
{$card,"start":""}
{"nu\u006dber":"110101199003078881"}
{$card}}
{$card} {$card}
{$card}1
{$card,"start":20190412.5}
{$card,"start":[20190412]}
{$card,"start":true}
{"number":110101199003078881}
{"number":null}
{}
[]
["$lost"]
"$lost"
null
1
{$card,$card}
{$card,"id":{}}
{$card,"id":"a\nb"}
{$card,"id":"$(printf '%064d' 1)"}
{$card,"consistency":1}
{$card,"consistency":"a very long word that is no kind of consistency"}
{$card,"start":"20190412\u0000"}
{"number":"\u0000$lost"}
{"number":"$(printf '\xff')"}
{$card,

{$card
{"a":"$lost
{$card}
EOF
batch 1 'JSON lines' --json
is "$(head -n -1 out | json_get verdict | paste -sd ' ')" \
	"REVOKED CLEAR CLEAR CLEAR CLEAR $(printf 'UNKNOWN %.0s' {6..32})CLEAR" 'good ones and bad ones'
is "$(sed 's/.*: line //' said)" '6: this is no object of JSON
7: this is no object of JSON
8: this is no object of JSON
9: the start of validity is no date YYYYMMDD
10: start must be a string or an integer: YYYYMMDD
11: start must be a string or an integer: YYYYMMDD
12: number must be a string
13: there is no number
14: there is no number
15: this is no object of JSON
16: this is no object of JSON
17: this is no object of JSON
18: this is no object of JSON
19: this is no object of JSON
20: a member is there twice
21: id must be a string or a number
22: the id has a control character
23: the id is longer than 63 bytes
24: consistency must be a string
25: consistency is none, face, fingerprint, other or mismatch
26: the start of validity is no date YYYYMMDD
27: the number does not have 18 characters
28: this is no object of JSON
29: this is no object of JSON
30: this is no object of JSON
31: this is no object of JSON
32: this is no object of JSON' 'bad ones are named'
is "$(head -n 2 out | json_get id | paste -sd ' ')" '7.5 é"x' 'ids are handed on'
like "$(head -n 1 out)" '^\{"line":1,"id":7.50,' 'numbers as they are'
batch 1 'JSON lines, answered as CSV'
is "$(head -n 2 out)" '1,"7.50",REVOKED,NONE,lost,,1,
2,"é""x",CLEAR,NONE,none,,1,' 'without a header'
printf '%s\n' '' "{\"number\":\"$lost\",\"valid_from\":20190411,\"id\":1,\"id\":\"0,\\\"q\\\":1\"}" \
	"{\"number\":\"$lost\",\"valid_from\":20190411}" "{\"number\":\"$lost\",\"valid_from\":\"20190412\"}" >in
batch 1 'JSON lines after a blank one, valid_from as start' --json
is "$(head -n -1 out | json_get verdict | paste -sd ' ')" 'UNKNOWN UNKNOWN REVOKED CLEAR' \
	'are answered as such'
is "$(head -n -1 out | json_get id | paste -sd ' ')" 'null 0,"q":1 null null' 'and no id is more than one'

# Of a card that is listed and was replaced, with the end of validity beside it.
header=number,valid_to row=$lost,20390412
printf '%s\n' '' "$header" "$row" >in
batch 3 'a header after a blank line'
is "$(cut -d, -f1,3 out | paste -sd ' ')" 'line,verdict 1,UNKNOWN 3,AMBIGUOUS' \
	'the end is not taken for the start'
for header in id_number,valid_to "\"$header" $'\n'id_number,valid_to; do
	printf '%s\n' "$header" "$row" >in
	batch 4 'a header that is none'
	is "$(grep CLEAR out)" '' 'no CLEAR'
done
printf '%s\n' "$lost" >in
batch 3 'what was announced is believed' --format jsonl
printf '{"number":"%s"}\n' "$lost" >in
batch 3 'also of CSV' --format csv
printf '110101199003078881,,,\xff\n' >in
sed -i '1inumber,start,consistency,id' in
batch 0 'an id that is no UTF-8' --json
is "$(head -n 1 out | json_get id)" null 'is null in JSON'
exits 4 'a batch on a full disk' bash -c "$program batch <in >/dev/full"
printf '110101199003078881\n%.0s' {1..20000} >in
exits 4 'a batch whose answers nobody reads' unread "$program" batch --file in
batch 0 'progress' --progress
like "$(cat said)" '20000 lines: 20000 CLEAR, 0 REVOKED, 0 AMBIGUOUS, 0 UNKNOWN .0 bad.' 'and a summary'
slowly() {
	cat in
	sleep 1.1
	cat in
}
slowly | ctl batch --progress >out 2>said
like "$(cat said)" '[0-9]+ lines, [0-9]+ a second.*40000 lines:' 'how far it is'
mkfifo silent
is "$(script --quiet --return --command "$program batch --file in 2>&1 >out" /dev/null <>silent |
	tr -d '\r' | tail -n 1 | sed 's/.*\[K//')" \
	'20000 lines: 20000 CLEAR, 0 REVOKED, 0 AMBIGUOUS, 0 UNKNOWN (0 bad)' 'on a terminal of itself'

# --- batch: a million lines

million=1000000
bad=$(((million - 6) / 10007 + 1))
# timed NAME [ARGUMENT...]: of file in, to out. What else the host does can only add to
# the time, so the least of up to three counts. It is no bar but for Debian's kernel.
timed() {
	local name=$1 began took=15000 turn turns=1
	[ "${IDREVOKE_KERNEL:-debian}" != debian ] || turns=3
	shift
	for ((turn = 0; turn < turns && took >= 15000; turn++)); do
		began=$(date +%s%N)
		ctl batch "$@" --file in >out 2>said
		is $? 1 "a million lines of $name"
		took=$((($(date +%s%N) - began) / 1000000))
		diag "a million lines of $name: $took ms"
	done
	[ "$turns" -eq 1 ] || ok 'in under 15 seconds' test "$took" -lt 15000
}
"$helper" questions csv "$million" >in
timed CSV
is "$("$helper" answers csv "$million" <out)" '' 'are answered rightly, in order'
is "$(grep -c ': line [0-9]*: ' said)" "$bad" 'with the bad ones named'
"$helper" questions json "$million" >in
timed 'JSON, answered in JSON' --json
is "$("$helper" answers json "$million" <out)" '' 'are answered rightly, in order'
is "$(grep -c ': line [0-9]*: ' said)" "$bad" 'with the bad ones named'
rm in out

# --- status and wait

is "$(ctl status --json | json_types)" \
	"$(sorted "${list_types[@]}" checks:object transaction:number)" 'status: JSON'
is "$(ctl status --json | json_types checks)" "$(sorted "${checks_types[@]}")" 'and its checks'
is "$(ctl status --json | json_get state)" CURRENT 'says CURRENT'
is "$(ctl status --json | json_get count)" "$(ctl status | sed -n 's/^count *//p')" 'and the count'
exits 0 'wait: it is current' ctl wait --current --timeout 0
exits 0 'of version 1' ctl wait --current --version 1 --timeout 0
exits 3 'not of version 2' ctl wait --current --version 2 --timeout 0
is "$(ctl wait --current --timeout 0 --json | json_types)" "$(sorted "${list_types[@]}" event:string)" 'wait: JSON'
"$program" wait --current --version 2 --timeout 30 >waited &
waiter=$!
"$helper" list 2 3600
wait "$waiter"
is "$? $(cut -d' ' -f1-5 <waited)" '0 current  CURRENT version 2' 'it waits for a version'

# --- watch: what happens

ok 'a confirmation' "$helper" confirm 2 3600
until_true 'watch: commits and a confirmation' seen unloaded loaded now commit commit confirm
"$helper" list 3 10
until_true 'watch: STALE' seen unloaded loaded now commit commit confirm commit state
is "$(tail -n 1 watch.json | json_get state)" STALE 'as it says'
exits 3 'status: STALE' ctl status
number=110101199003078881
answers 3 'UNKNOWN (STALE) STALE' 'an unlisted card'
number=$("$helper" card 0)
answers 1 'REVOKED (lost) STALE' 'a listed one' --start 20190411
exits 3 'wait: not current' ctl wait --current --timeout 0
"$helper" flush
until_true 'watch: dropped' seen unloaded loaded now commit commit confirm commit state flush
is "$(json_types <watch.json | sort -u)" "$(sorted "${list_types[@]}" event:string)
event:string" 'watch: JSON'
unload_module
until_true 'watch: the module goes' \
	seen unloaded loaded now commit commit confirm commit state flush unloaded
load_module hits_per_hour=1
until_true 'watch: and comes again' \
	seen unloaded loaded now commit commit confirm commit state flush unloaded loaded now
kill "$watch"
wait "$watch"
is $? 0 'watch ends well by SIGTERM'
"$program" watch >watch.text &
watch=$!
until_true 'watch, for people' grep -q '^now ' watch.text
"$helper" list 1 3600
until_true 'the same' grep -qE '^commit +CURRENT version 1 count 9 digest [0-9a-f]{32} issued 2' watch.text
answers 1 'REVOKED (lost)' 'a hit' --start 20190411
answers 3 'UNKNOWN (THROTTLED)' 'a hit too much' --start 20190411
exits 4 'verify without the right' \
	setpriv --bounding-set -net_admin --inh-caps -net_admin "$program" verify
kill "$watch"
wait "$watch"
unload_module

# --- verify: kernel, state directory and feed

load_module
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
	-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
	-keyout key -out certificate 2>/dev/null || bail_out 'openssl makes no certificate'
feed() { "$agent/idrevoke-feed/idrevoke-feed" "$@"; }
# event COMMAND [OPTION...]: is published
event() {
	feed "$1" --store store --by test --why test --publish "${@:2}" <<<110101199003078881
}
ok 'a store' feed init --store store --name test
ok 'cards' feed synth --store store --count 1000 --seed 1
ok 'published' feed publish --store store
vkey=$(feed show --store store | sed -n 's/^key //p')
feed serve --store store --listen 127.0.0.1:8443 --certificate certificate --key key >server.log 2>&1 &
until_true 'the server starts' grep -q 'serving on port' server.log
cat >conf <<EOF
url = "https://127.0.0.1:8443/";
root_key = "$vkey";
ca = "$work/certificate";
state = "$work/state";
EOF
"$agent/idrevoked/idrevoked" -c conf >agent.log 2>&1 &
idrevoked=$!
exits 0 'the list is in force' ctl wait --current --version 1 --timeout 60
is "$(ctl verify)" "$(feed show --store store --recount | head -n 3)" 'the kernel has what the issuer has'
all() {
	ctl verify --kernel --state state --feed https://127.0.0.1:8443 --ca certificate --key "$vkey" "$@"
}
exits 0 'kernel, state and feed' all
is "$(all | sed 's/ digest .*//' | tr -s ' ')" 'kernel epoch 1 version 1 count 1000
state epoch 1 version 1 count 1000
feed epoch 1 version 1 count 1000
equal' 'a line each, and the outcome'
ok 'a report' event report --lost
exits 0 'is in force' ctl wait --current --version 2 --timeout 30
exits 0 'in all three' all
all --json >all.json
is "$(for i in 0 1 2; do json_get "holders.$i.version" <all.json; done | paste -sd ' ')" '2 2 2' \
	'as version 2'
# More at once than one message to the kernel can hold.
perl -e 'print "number\n"; for $day (10 .. 16) { for $person (0 .. 999) {
	$n = sprintf("110101199003%02d%03d", $day, $person); $sum = 0;
	$sum = ($sum + $_) * 2 for split //, $n;
	print $n, substr("10X98765432", $sum % 11, 1), "\n" } }' >many
ok 'seven thousand cancellations' feed import --store store --by test --why test --event cancel --file many
ok 'published' feed publish --store store
exits 0 'are in force' ctl wait --current --version 3 --timeout 60
like "$(cat agent.log)" 'version 3 is in force: 8001 numbers .delta of 7000 records' 'by one delta'
exits 0 'in all three' all
is "$(all --progress 2>/dev/null | tail -n 1)" equal 'the same with progress'
number=110101199003078881
like "$(setpriv --reuid 65534 --regid 65534 --clear-groups "$program" check <<<"$number" 2>&1)" \
	"only root and the device's group may ask" 'a user whom the device is not for'
kill "$idrevoked"
wait "$idrevoked"
ok 'its withdrawal' event withdraw
exits 3 'that the gateway does not have yet' all
is "$(all | tail -n 1)" 'not equal' 'is not equal'
is "$(all --json | json_get equal)" false 'in JSON'
done_testing
