#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# idrevokectl where there is no module: usage, where numbers come from and do not
# go to, lists recounted in a directory and on servers
# shellcheck source=tests/lib/tap.sh disable=SC2317 # functions are called by name
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
# shellcheck source=tests/lib/json.sh
. "$IDREVOKE_TOP/tests/lib/json.sh"
# shellcheck source=tests/lib/terminal.sh
. "$IDREVOKE_TOP/tests/lib/terminal.sh"

# Servers are on this machine.
unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY
agent=$IDREVOKE_BUILD/agent
program=$agent/idrevokectl/idrevokectl
number=110101199003078881
work=$(mktemp -d)
export TMPDIR=$work
pids=()

clean_up() {
	local pid
	for pid in "${pids[@]}"; do
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap clean_up EXIT

ctl() { "$program" "$@"; }
feed() { "$agent/idrevoke-feed/idrevoke-feed" "$@"; }

# until_true NAME COMMAND...: the command succeeds before ten seconds are over
until_true() {
	local name=$1 end=$((SECONDS + 10))
	shift
	until "$@" 2>/dev/null; do
		if [ "$SECONDS" -ge "$end" ]; then
			tap_result 'not ok' "$name"
			return
		fi
		sleep 0.02
	done
	tap_result ok "$name"
}

# gives STATUS PATTERN NAME COMMAND...: the command ends with this status, says
# this, and repeats no number
gives() {
	local want=$1 pattern=$2 name=$3 output status=0
	shift 3
	output=$("$@" 2>&1 </dev/null) || status=$?
	is "$status" "$want" "$name: status"
	like "$output" "$pattern" "$name: words"
	[[ $output != *"${number:6:8}"* ]] || tap_result 'not ok' "$name: no number in $output"
}

# --- help

# fits COMMAND...: help of 24 lines of 80 columns at most
fits() {
	ctl "$@" >"$work/help" && [ -s "$work/help" ] &&
		awk 'length > 80 { exit 1 } END { exit NR > 24 }' "$work/help"
}
ok 'help fits a screen' fits --help
for command in status check batch watch verify 'wait'; do
	ok "help of $command fits a screen" fits "$command" --help
	like "$(ctl --help)" "  $command " "and the general one names $command"
	mapfile -t options < <(grep -oE '^  --[a-z-]+' "$work/help" | tr -d ' ')
	for option in "${options[@]}"; do
		like "$(grep -- "Fl ${option#-}" "$IDREVOKE_TOP/agent/idrevokectl/idrevokectl.8")" . \
			"the manual knows $command $option"
	done
done

# --- usage

no='try idrevokectl'
gives 2 'which command' 'no command' ctl
gives 2 'there is no command nonsense' 'an unknown command' ctl nonsense
gives 2 'there is no command .not shown' 'a number as a command' ctl "$number"
for command in status check batch watch verify 'wait'; do
	gives 2 "begins with --nonsense; $no $command --help" "$command: an unknown option" \
		ctl "$command" --nonsense
	gives 2 "$command takes options only" "$command: a number" ctl "$command" "$number"
	gives 2 'takes no value' "$command: --json with a value" ctl "$command" --json=yes
done
gives 2 'begins with --numbers;' 'a number behind an unknown option' ctl check "--numbers=$number"
for short in --number-others-can-se --number --n; do
	gives 2 '--number-others-can-see must be written in full' "a number behind $short" \
		ctl check "$short" "$number" --device /dev/null
	gives 2 'must be written in full' "and $short=" ctl check --device /dev/null "$short=$number"
done
gives 4 'cannot ask: ' 'the option in full' \
	ctl check --device /dev/null "--number-others-can-see=$number"
gives 2 'begins with .not shown' 'a number as an option' ctl check "--$number"
gives 2 'no options of one letter' 'a number behind a dash' ctl check "-$number"
gives 2 'no option, or more than one, begins with --c' 'half an option' ctl verify --c x
gives 2 '--start needs a value' 'a value missing' ctl check --start
gives 2 'no date YYYYMMDD' 'half a date' ctl check --start 2019
gives 2 'no date YYYYMMDD' 'a number as a date' ctl check --start "$number"
gives 2 'no date YYYYMMDD' 'letters in a date' ctl check --start 2019-O4-12
gives 2 'consistency is none, face' 'an unknown consistency' ctl check --consistency smell
gives 2 'from --file or from' 'two numbers' \
	ctl check --file "$work/nothing" --number-others-can-see "$number"
gives 2 'no number in standard input' 'no number' ctl check
gives 2 'format is csv or jsonl' 'an unknown format' ctl batch --format xml
gives 2 'wait needs --current' 'wait for nothing' ctl wait
gives 2 'timeout takes a number of seconds' 'a bad time' ctl wait --current --timeout soon
gives 2 'timeout takes' 'a negative time' ctl wait --current --timeout -1
gives 2 'version takes a decimal' 'a bad version' ctl wait --current --version v1
gives 2 'version takes' 'a version of 65 bits' ctl wait --current --version 18446744073709551616
gives 2 'key goes together with' 'verify: a directory but no key' ctl verify --state "$work"
gives 2 'no verifier key' 'verify: a bad key' ctl verify --state "$work" --key nonsense
vkey='PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
gives 2 'key goes together with' 'verify: a key for the kernel' ctl verify --key "$vkey"
gives 2 'takes https:// or file://' 'verify: another scheme' ctl verify --feed http://x --key "$vkey"
gives 2 'are about --feed' 'verify: a CA for a directory' \
	ctl verify --state "$work" --key "$vkey" --ca x
gives 2 'needs --certificate' 'verify: a key of no certificate' \
	ctl verify --feed https://x --key "$vkey" --client-key x

# --- where the number comes from

printf '%s\r\n' "$number" >"$work/number"
gives 4 'is the kernel module idrevoke loaded' 'no device' \
	ctl check --device "$work/nothing" --file "$work/number"
gives 4 'cannot ask: ' 'another device' ctl check --device /dev/null --file "$work/number"
gives 4 'nothing: No such file' 'check: no file' ctl check --file "$work/nothing"
gives 4 'not shown.*: No such file' 'check: a number as a file' ctl check --file "$number"
gives 4 'Is a directory' 'check: a directory as a file' ctl check --file "$work"
: >"$work/empty"
gives 2 'no number in' 'check: an empty file' ctl check --file "$work/empty"
gives 4 'is the kernel module idrevoke loaded' 'batch: no device' ctl batch --device "$work/nothing"
gives 4 'nothing: No such file' 'batch: no file' \
	ctl batch --device /dev/null --file "$work/nothing"
gives 4 'cannot ask: ' 'batch: another device' ctl batch --device /dev/null --file "$work/number"
gives 4 'Is a directory' 'batch: a directory' ctl batch --device /dev/null --file "$work"

# --- batch: what the columns are, decided at the first line that is not blank

# decides PATTERN NAME LINE...: of these lines batch says this before it asks
decides() {
	local pattern=$1 name=$2
	shift 2
	printf '%b\n' "$@" >"$work/rows"
	gives 4 "^idrevokectl: $pattern" "$name" ctl batch --device /dev/null --file "$work/rows"
}
row=$number,20390412
long=$(printf 'x%.0s' {1..5000})
decides 'line 1: the column valid_to is not used' 'a header' number,valid_to "$row"
decides 'line 3: the column valid_to is not used' 'a header after blank lines' \
	'' " \t" number,valid_to "$row"
decides 'line 1 names columns, but none is number' 'no column that is called number' \
	id_number,valid_to "$row"
decides 'line 2 names columns, but none is number' 'names with digits, after a blank line' \
	'' id_number,valid_to,address2 "$row"
decides 'line 1 names columns, but the quotes are not' 'a header that lost a quote' \
	'"number,valid_to' "$row"
decides 'line 1 names columns, but the line has a zero byte' 'a header with a zero byte' \
	'number,valid_to\0' "$row"
decides 'line 1 names columns, but the line is too long' 'a long header' \
	"number,valid_to,$long" "$row"
decides 'line 1 names columns' 'no names' ,, "$row"
decides 'line 1 names columns' 'a date as a title' 2026-11-25 number,valid_to "$row"
decides 'line 2 names columns, but is not the first line' 'a title before the header' \
	'cards 20261125' number,valid_to "$row"
decides 'line 1: two columns name the start' 'two columns of one thing under two names' \
	start,number,Valid_From "20190412,$row"
decides 'line 1: two columns name the id' 'and under the same' ID,number,id
decides 'cannot ask' 'a row' "$row"
decides 'cannot ask' 'a row about another kind of document' ABC123456

# --- batch: answers

# told COUNT NAME [ARGUMENT...]: lines of standard input, COUNT in all, to out; what is
# said to said. The device has no answer to any of them, as strace arranges for it.
told() {
	local count=$1 name=$2
	shift 2
	strace -o /dev/null -e trace=ioctl -e "inject=ioctl:retval=$count" \
		"$program" batch --device /dev/null "$@" >"$work/out" 2>"$work/said"
	is $? 3 "$name"
}
card="\"number\":\"$number\""
told 9 'ids' --json <<-EOF

	{$card,"id":7.50}
	{$card,"id":$(printf '%070d' 0 | tr 0 1)}
	{$card,"id":1,"id":"x"}
	{$card,"id":1,"id":"0,\"verdict\":\"CLEAR\",\"q\":1"}
	{$card,"id":1,"id":$(printf '%070d' 0 | tr 0 1)}
	{$card,"valid_from":"2019"}
	{$card,"valid_from":20190412}
	{$card,"start":20190412,"valid_from":20190412}
EOF
is "$(head -n -1 "$work/out" | json_get id | paste -sd '|')" \
	'null|7.5|null|x|0,"verdict":"CLEAR","q":1|null|null|null|null' 'are handed on as JSON'
is "$(head -n -1 "$work/out" | json_get verdict | sort | uniq -c | tr -s ' ')" ' 9 UNKNOWN' \
	'and forge no verdict'
is "$(sed 's/.*: line //' "$work/said")" '1: the line is empty
3: the id is longer than 63 bytes
4: a member is there twice
5: a member is there twice
6: a member is there twice
7: the start of validity is no date YYYYMMDD
9: a member is there twice' 'a repeated member is wrong, under either name'

# An ordinary user may not open it; root may open all.
if [ "$(id -u)" = 0 ]; then
	chmod 711 "$work"
	touch "$work/private"
	chmod 600 "$work/private"
	gives 4 "only root and the device's group" 'a device of others' \
		setpriv --reuid 65534 --clear-groups "$program" check --device "$work/private" \
		--number-others-can-see "$number"
fi

terminal "$number\n" "$program check --device /dev/null"
is "$status" 4 'what was typed is taken, and asked about'
like "$(cat "$work/screen")" 'cannot ask' 'which another device does not answer'
ok 'what was typed is not shown' test -z "$(grep "${number:6:8}" "$work/screen" "$work/typescript")"
terminal '\003' "$program check --device /dev/null; echo status \$?; stty -a"
like "$(cat "$work/screen")" 'status 130' '^C at the prompt ends it by SIGINT'
like "$(cat "$work/screen")" ' echo ' 'and the terminal shows again what is typed'

# Stopped where it asks, by when the number is gone from where ps looks.
strace -o "$work/strace" -e trace=ioctl -e inject=ioctl:signal=SIGSTOP:when=1 \
	"$program" check --number-others-can-see "$number" --device /dev/null >/dev/null 2>&1 &
pids+=($!)
until_true 'a number on the command line' grep -q 'stopped by SIGSTOP' "$work/strace"
pid=$(pgrep -P "${pids[0]}")
like "$(tr '\0' ' ' <"/proc/$pid/cmdline")" 'check --number-others-can-see  *--device' \
	'is there no longer once it was read'
kill -CONT "$pid"
wait "${pids[0]}"

# --- status, wait, watch and verify without the module

if [ ! -e /sys/module/idrevoke ]; then
	gives 4 'module idrevoke is not loaded' 'status without the module' ctl status
	gives 4 'module idrevoke is not loaded' 'verify without the module' ctl verify
	gives 3 'not current after 0 s: NOT_READY version 0' 'wait without the module' \
		ctl wait --current --timeout 0
	is "$(ctl wait --current --timeout 0 --json 2>/dev/null | json_get event)" timeout \
		'wait says so in JSON'
	for signal in INT TERM; do
		# a shell has what it runs in the background ignore SIGINT
		perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$program" watch >"$work/watch.$signal" &
		pids+=($!)
		until_true 'watch without the module' grep -qx unloaded "$work/watch.$signal"
		kill -$signal $!
		wait $!
		is $? 0 "ends well by SIG$signal"
	done
	ok 'and when nobody reads' bash -c "timeout 10 $program watch | head -n 1; exit \${PIPESTATUS[0]}"
	exits 4 'but not on a full disk' bash -c "$program watch >/dev/full"
fi
exits 4 'help on a full disk' bash -c "$program --help >/dev/full"

# --- verify: a directory

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
	-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
	-keyout "$work/key" -out "$work/certificate" 2>/dev/null ||
	bail_out 'openssl makes no certificate'
ok 'a store' feed init --store "$work/store" --name test
cp -r "$work/store" "$work/twin"
ok 'cards' feed synth --store "$work/store" --count 1000 --seed 1
ok 'published' feed publish --store "$work/store"
vkey=$(feed show --store "$work/store" | sed -n 's/^key //p')
three_lines=$(feed show --store "$work/store" --recount | head -n 3)
cp -r "$work/store/feed" "$work/state"
is "$(ctl verify --state "$work/state" --key "$vkey")" "$three_lines" \
	'verify recounts what the issuer has'
verified() {
	ctl verify --state "$work/state" --key "$vkey" --json
}
is "$(verified | json_types)" 'equal:boolean holders:array' 'in JSON: its members'
is "$(verified | json_types holders.0)" \
	"count:number digest:string epoch:number equal:boolean error:null holder:string issued:number stated_count:number stated_digest:string version:number" \
	'and those of a holder'
is "$(verified | json_get holders.0.count) $(verified | json_get holders.0.digest)" \
	"1000 $(sed -n 's/^digest //p' <<<"$three_lines")" 'which say the same'
is "$(verified | json_get equal) $(verified | json_get holders.0.equal)" 'true true' 'and are equal'

# report OPTION...
report() {
	feed report --lost --by test --why test --publish "$@" <<<"$number"
}
ok 'another store' feed init --store "$work/other" --name test
other=$(feed show --store "$work/other" | sed -n 's/^key //p')
gives 4 'state: .*/state: ' 'the state directory of another issuer' \
	ctl verify --state "$work/state" --key "$other"
gives 4 'No such file' 'no directory' ctl verify --state "$work/nothing" --key "$vkey"
gives 4 'there is no latest' 'an empty directory' ctl verify --state "$work" --key "$vkey"

# --- verify: a feed

gives_same() {
	local name=$1
	shift
	is "$(ctl verify --key "$vkey" "$@")" "$three_lines" "$name"
}
gives_same 'a feed of files' --feed "file://$work/store/feed"
gives_same 'the same with a slash at its end' --feed "file://$work/store/feed/"

"$agent/idrevoke-feed/idrevoke-feed" serve --store "$work/store" --listen 127.0.0.1:0 \
	--certificate "$work/certificate" --key "$work/key" >"$work/server.log" 2>&1 &
pids=($!)
until_true 'the server starts' grep -q 'serving on port' "$work/server.log"
url=https://127.0.0.1:$(sed -n 's/^serving on port //p' "$work/server.log")
gives_same 'a feed by https' --feed "$url" --ca "$work/certificate"
gives 4 'feed: .*latest: .*certificate' 'an unknown authority' ctl verify --key "$vkey" --feed "$url"
gives 4 'feed: .*127.0.0.1:1/latest: ' 'a server that is not there' \
	ctl verify --key "$vkey" --feed https://127.0.0.1:1
gives 4 'nothing/latest: the server answers with status 404' 'a feed that is not there' \
	ctl verify --key "$vkey" --feed "$url/nothing" --ca "$work/certificate"
gives 4 '127.0.0.1 port 1 ' 'a proxy that is not there' \
	ctl verify --key "$vkey" --feed "$url" --ca "$work/certificate" --proxy http://127.0.0.1:1
gives 4 'feed: .*latest: ' 'the feed of another issuer' \
	ctl verify --key "$other" --feed "$url" --ca "$work/certificate"
TMPDIR=$work/nothing gives 4 'see TMPDIR' 'no place for files' \
	ctl verify --key "$vkey" --feed "file://$work/store/feed"
gives_same 'no trace is left of what was downloaded' --feed "file://$work/store/feed"
is "$(find "$work" -maxdepth 1 -newer "$work/server.log" -name '*.zst')" '' 'indeed'

# A server that wants to know who asks.
serve_to_known() {
	cd "$work/store/feed" && exec openssl s_server -accept 127.0.0.1:0 -WWW -Verify 1 \
		-verify_return_error -cert "$work/certificate" -key "$work/key" \
		-CAfile "$work/certificate"
}
serve_to_known >"$work/known.log" 2>&1 </dev/null &
pids+=($!)
until_true 'a server that asks for a certificate' grep -q '^ACCEPT .*:' "$work/known.log"
known=https://$(sed -n 's/^ACCEPT //p' "$work/known.log")
gives 4 'feed: .*latest: ' 'without one' \
	ctl verify --key "$vkey" --feed "$known" --ca "$work/certificate"
gives_same 'with certificate and key' --feed "$known" --ca "$work/certificate" \
	--certificate "$work/certificate" --client-key "$work/key"
cat "$work/certificate" "$work/key" >"$work/both"
gives_same 'with both in one file' --feed "$known" --ca "$work/certificate" \
	--certificate "$work/both"

# Between latest and what it names, a newer one may come: then that one is taken.
ok 'another list of the same issuer' feed synth --store "$work/twin" --count 500 --seed 2
ok 'published' feed publish --store "$work/twin"
ok 'with a delta' report --store "$work/twin"
cp -r "$work/twin/feed" "$work/moving"
rm "$work/moving/latest"
mkfifo "$work/moving/latest"
is_closed() {
	! readlink "/proc/$1/fd"/* | grep -qx "$work/moving/latest"
}
# moves FILE FILE: verify is given the one and then the other as latest
moves() {
	"$program" verify --key "$vkey" --feed "file://$work/moving" >"$work/moves" 2>&1 &
	pids+=($!)
	timeout 10 cp "$1" "$work/moving/latest"
	until_true 'latest is read' is_closed $!
	timeout 10 cp "$2" "$work/moving/latest"
	wait $!
	status=$?
}
moves "$work/state/latest" "$work/twin/feed/latest"
is "$(cat "$work/moves")" "$(feed show --store "$work/twin" --recount | head -n 3)" \
	'a file that is gone: latest is asked for again'
moves "$work/state/latest" "$work/state/latest"
is "$status" 4 'a file that is missing twice is missing'
like "$(cat "$work/moves")" 'moving/snapshot/1-' 'and named'

# --- verify: several that are compared

both() {
	ctl verify --key "$vkey" --state "$work/state" --feed "file://$work/store/feed" "$@"
}
is "$(both | tail -n 1)" equal 'state and feed are equal'
is "$(both | wc -l)" 3 'a line each, and the outcome'
exits 0 'which is success' both
is "$(both --json | json_get holders.1.holder)" feed 'in JSON the feed is the second'
ok 'a report is published' report --store "$work/store"
gives 3 'version 1 .*version 2 .*not equal' 'the feed is newer' both
is "$(both --json | json_get equal)" false 'in JSON'
is "$(both --json | json_get holders.1.equal)" true 'though each has what it states'

damaged=$(find "$work/state/snapshot" -type f)
printf X | dd of="$damaged" bs=1 seek=100 conv=notrunc status=none
gives 4 'state: .*feed +epoch|feed +epoch.*state: ' 'a damaged file; the feed is still recounted' both
like "$(both --json 2>/dev/null | json_get holders.0.error)" 'SHA-256|sha256|damaged' 'in JSON'
is "$(both --json 2>/dev/null | json_get holders.0.equal)" false 'which is not equal'
rm "$damaged"
gives 4 'missing' 'a missing file' ctl verify --key "$vkey" --state "$work/state"

# A server that sends other bytes than were signed.
find "$work/store/feed/snapshot" -type f -exec chmod u+w {} + \
	-exec dd if=/dev/zero of={} bs=1 count=1 seek=100 conv=notrunc status=none \;
gives 4 'feed: ' 'a feed with a damaged file' \
	ctl verify --key "$vkey" --feed "$url" --ca "$work/certificate"

# --- completion

complete() {
	# shellcheck disable=SC2016 # for the other shell to expand
	bash --norc -c '. "$1"; shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		"$(complete -p idrevokectl | sed "s/.* -F //; s/ .*//")" "$1" "${*: -1}" "${@: -2:1}"
		printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$IDREVOKE_TOP/agent/idrevokectl/idrevokectl.bash-completion" "$@" | sort | paste -sd ' '
}
is "$(complete idrevokectl '')" '--help batch check status verify wait watch' \
	'completion: commands'
is "$(complete idrevokectl w)" 'wait watch' 'completion: half a command'
for command in status check batch watch verify 'wait'; do
	is "$(complete idrevokectl "$command" -)" \
		"$(ctl "$command" --help | grep -oE -- '--[a-z][a-z-]+' | cat - <(echo --help) |
			sort -u | paste -sd ' ')" "completion: options of $command"
done
is "$(complete idrevokectl check --consistency f)" 'face fingerprint' 'completion: values'
is "$(complete idrevokectl batch --format '')" 'csv jsonl' 'completion: formats'
is "$(complete idrevokectl verify --state "$work/stat")" "$work/state" 'completion: directories'
is "$(complete idrevokectl check --number-others-can-see '')" '' 'completion: no numbers'
is "$(mandoc -T lint -W warning "$IDREVOKE_TOP/agent/idrevokectl/idrevokectl.8" 2>&1)" '' \
	'the manual page is well formed'
done_testing
