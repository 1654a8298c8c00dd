#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The issuer's tool: publishing costs what changed, not what there is; killed at
# any point it leaves a feed that holds; blacklistings end by themselves; stores of
# another version are migrated or refused.
# shellcheck disable=SC2317 # functions are called by ok, exits and trap
# shellcheck source=tests/lib/tap.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
# shellcheck source=tests/lib/feed.sh
. "$IDREVOKE_TOP/tests/lib/feed.sh"

tool=$IDREVOKE_BUILD/agent/idrevoke-feed/idrevoke-feed
work=$(mktemp -d)
store=$work/store
server=

clean_up() {
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null
		wait "$server" 2>/dev/null
	fi
	rm -rf "$work"
}
trap clean_up EXIT

card=110101199003078881
other=990000199001018887

# make_store NAME COUNT: with so many made-up cards, published; its key is in NAME.key
make_store() {
	store=$work/$1
	feed init --store "$store" >"$work/$1.key" &&
		feed synth --store "$store" --count "$2" --seed 1 &&
		feed publish --store "$store"
}
# verify: what the agent's admin tool makes of the feed: "version count digest"
verify() {
	"$IDREVOKE_BUILD/agent/idrevokectl/idrevokectl" verify --state "$store/feed" \
		--key "$(feed show --store "$store" | sed -n 's/^key //p')" | awk '{ printf "%s ", $2 }'
}

# --- the cost of a version is that of the change

# bytes CALLS COMMAND...: what it moves by these system calls
bytes() {
	local calls=$1
	shift
	strace -qq -o "$work/trace" -e "trace=$calls" "$@" >"$work/out" &&
		awk '$NF > 0 { sum += $NF } END { print sum + 0 }' "$work/trace"
}
# cost NAME CALLS CHANGES: bytes of publishing these many changes; in $cost
cost() {
	store=$work/$1
	perl -e '@w = (7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2);
		print "number,event,start,reason\n";
		for $i (0 .. shift() - 1) { $n = sprintf "9901%02d1950%02d%02d%03d", $i / 1000, 1 + $i % 12, 1 + $i % 28, $i % 1000;
			$s = 0; $s += $w[$_] * substr($n, $_, 1) for 0 .. 16;
			print $n, substr("10X98765432", $s % 11, 1), ",report,20190412,lost\n" }' "$3" >"$work/changes.csv"
	feed import --store "$store" --by a --why b --file "$work/changes.csv" >"$work/out" ||
		bail_out 'the changes cannot be imported'
	cost=$(bytes "$2" "$tool" publish --store "$store")
	cut -d, -f1 "$work/changes.csv" >"$work/numbers.csv"
	feed import --store "$store" --by a --why b --event withdraw --publish \
		--file "$work/numbers.csv" >"$work/out" || bail_out 'the changes cannot be undone'
}
make_store small 10000 >"$work/out" || bail_out 'no small store'
make_store large 300000 >"$work/out" || bail_out 'no large store'
for changes in 1 1000; do
	cost small pwrite64,write "$changes"
	written=$cost
	cost large pwrite64,write "$changes"
	diag "publishing $changes of 10,000: $written bytes written; of 300,000: $cost"
	# a page of 4 KiB more or less: what the records lie on
	ok "$changes of 300,000: writes what it writes of 10,000" test $((cost - written)) -le $((4096 * (1 + changes / 10)))
	cost small pread64 "$changes"
	read=$cost
	cost large pread64 "$changes"
	diag "publishing $changes of 10,000: $read bytes read; of 300,000: $cost"
	ok "$changes of 300,000: reads a few pages more, for the tree is higher" \
		test $((cost - read)) -le $((4096 * (8 + 2 * changes)))
done
store=$work/large
event "$card" report --lost --start 20190412 >"$work/out"
start=$(date +%s%N)
published=$(feed publish --store "$store")
diag "a change of 300,000 is published after $(((${published##* } - start) / 1000)) µs, the whole process included"
said 'recount' 'recount equal' 0 feed show --store "$store" --recount

# --- killed at any system call that changes something

make_store killed 500 >"$work/out" || bail_out 'no store'
event "$card" report --lost --start 20190412 >"$work/out"
before=$(verify)
cp -r "$store" "$work/original"
calls='pwrite64 write fsync fdatasync ftruncate unlink unlinkat rename renameat mkdirat fchmod flock'
strace -qq -o "$work/trace" -e "trace=${calls// /,}" "$tool" publish --store "$store" >"$work/out"
after=$(verify)
ok 'a version follows' test "${before%% *}" -eq 1 -a "${after%% *}" -eq 2
# at CALL COUNT: publishes a copy, and is killed at that call
at() {
	rm -rf "$store"
	cp -r "$work/original" "$store"
	strace -qq -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
		"$tool" publish --store "$store"
}
points=0 wrong=
for call in $calls; do
	for ((i = 1; i <= $(grep -c "^$call(" "$work/trace"); i++)); do
		points=$((points + 1))
		exits 137 "killed at $call $i" at "$call" "$i"
		found=$(verify)
		[ "$found" = "$before" ] || [ "$found" = "$after" ] || wrong+=" $call-$i:feed"
		feed publish --store "$store" >"$work/out" || wrong+=" $call-$i:publish"
		[ "$(verify)" = "$after" ] || wrong+=" $call-$i:after"
		[ "$(find "$store/feed/delta" -type f | wc -l)" -eq 1 ] || wrong+=" $call-$i:files"
		feed show --store "$store" --recount >"$work/out" || wrong+=" $call-$i:recount"
	done
done
ok 'there were many points' test "$points" -gt 25
is "$wrong" '' 'killed at each: the feed has the old version or the new one, and then the new one'

# --- a blacklisting ends by itself

store=$work/person
# on DAY COMMAND [OPTION...]: as if it were noon of that day
on() {
	local day=$1 command=$2
	shift 2
	TZ=UTC faketime "$day 12:00:00" "$tool" "$command" --store "$store" "$@"
}
feed init --store "$store" >"$work/out"
on 2030-01-10 report --by a --why b --lost --start 20190412 <<<"$card" >"$work/out"
on 2030-01-10 blacklist --by a --why b --ground x --until 20300111 <<<"$card" >"$work/out"
on 2030-01-10 blacklist --by a --why b --ground x --until 20300115 <<<"$other" >"$work/out"
on 2030-01-10 publish >"$work/out"
amounts "$card" '20190412 lost yes yes' 'lost, and an impersonator'
said 'on its last day nothing ends' '^published 1 ' 0 on 2030-01-11 publish
said 'after it, publish makes a version' '^published 2 ' 0 on 2030-01-12 publish
is "$(feed diff --store "$store" --from 1 --records | tail -n +2)" \
	"$card,changed,20190412,lost,yes,yes,20190412,lost,yes,no" 'in which the person is gone; the loss stays'
is "$(feed history --store "$store" <<<"$card" | grep -c '^event ')" 2 'without an event'
said 'the other ends later' '^published 3 ' 0 on 2030-01-16 publish
amounts "$other" none 'and nothing is left of it'

# For serve, whose timers a faked clock would stop, it is the past that is faked: a
# blacklisting of three days ago that ended the day before yesterday.
store=$work/served
earlier() {
	local command=$1 number=$2
	shift 2
	faketime -f -3d "$tool" "$command" --store "$store" --by a --why b "$@" <<<"$number"
}
feed init --store "$store" --valid-for 100 --confirm-every 1 >"$work/out"
earlier report "$card" --lost --start 20190412 >"$work/out"
earlier blacklist "$card" --ground x --until "$(date -u +%Y%m%d -d '2 days ago')" --publish >"$work/out"
amounts "$card" '20190412 lost yes yes' 'three days ago'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
	-keyout "$work/server.key" -out "$work/server.pem" 2>"$work/openssl.log" || bail_out "$(cat "$work/openssl.log")"
# A writer that stops in the middle of its transaction, when it syncs the log.
strace -qq -o /dev/null -e trace=fdatasync -e inject=fdatasync:signal=STOP:when=1 \
	"$tool" report --store "$store" --by a --why b --lost <<<"$other" >"$work/writer.log" 2>&1 &
writer=$!
until_stopped() {
	local end=$((SECONDS + 20))
	until stopped=$(pgrep -P "$writer") && grep -q '^State:.*[tT] (' "/proc/$stopped/status"; do
		[ "$SECONDS" -lt "$end" ] || bail_out 'the writer does not stop'
		sleep 0.02
	done
}
until_stopped
"$tool" serve --store "$store" --certificate "$work/server.pem" --key "$work/server.key" \
	--listen 127.0.0.1:0 >"$work/serve.log" 2>&1 &
server=$!
# until_version VERSION NAME: latest names it before twenty seconds are over
until_version() {
	local end=$((SECONDS + 20))
	until grep -q "^version $1\$" "$store/feed/latest"; do
		if [ "$SECONDS" -ge "$end" ]; then
			tap_result 'not ok' "$2"
			diag "$(cat "$work/serve.log")"
			return
		fi
		sleep 0.02
	done
	tap_result ok "$2"
}
issued() { awk '$1 == "issued" { print $2 }' "$store/feed/latest"; }
# until_issued AFTER NAME: a later statement is there before twenty seconds are over
until_issued() {
	local end=$((SECONDS + 20))
	until [ "$(issued)" -gt "$1" ] || [ "$SECONDS" -ge "$end" ]; do
		sleep 0.02
	done
	ok "$2" test "$(issued)" -gt "$1"
}
until_issued "$(issued)" 'serve confirms while another holds the store'
until_issued "$(issued)" 'and again'
until_issued "$(issued)" 'and again'
is "$(curl --silent --show-error --cacert "$work/server.pem" --max-time 5 \
	"https://localhost:$(sed -n 's/^serving on port //p' "$work/serve.log")/latest" | grep ^version)" 'version 1' 'and answers'
kill -CONT "$stopped"
wait "$writer"
is "$(grep -c ^committed "$work/writer.log")" 1 'the other goes on'
until_version 2 'serve publishes the end of a blacklisting that has ended when it begins'
is "$(feed diff --store "$store" --from 1 --records | grep "^$card")" \
	"$card,changed,20190412,lost,yes,yes,20190412,lost,yes,no" 'with nobody doing anything'
kill "$server"
wait "$server"
is $? 0 'serve ends'
server=
is "$(sed 's/ [0-9]*$//' "$work/serve.log" | sort -u | paste -sd,)" 'published 2,serving on port' \
	'and had nothing to complain of'

# --- nobody reads what is printed

store=$work/unread
cp -r "$work/original" "$store"
feed publish --store "$store" >"$work/out"
before=$(value version)
# shellcheck disable=SC2016 # Perl's
perl -e 'pipe(R, W); close R; open STDOUT, ">&W"; exec @ARGV' "$IDREVOKE_BUILD/agent/idrevoke-feed/idrevoke-feed" \
	report --store "$store" --by a --why b --lost --publish <<<110101199003076958 2>"$work/unread.log"
is "$(value version)" $((before + 1)) 'nobody reads what report prints: it is published all the same'

# --- a store that is a copy from before

store=$work/copied
cp -r "$work/original" "$store"
feed publish --store "$store" >"$work/out"
cp "$store/store.db" "$work/before.db"
event "$other" report --lost --start 20190412 --publish >"$work/out"
latest=$(sha256sum "$store/feed/latest")
cp "$work/before.db" "$store/store.db"
said 'a store that was put back' 'names a newer version than the store has: is the store an old copy' 4 \
	feed publish --store "$store"
is "$(sha256sum "$store/feed/latest")" "$latest" 'takes nothing back'
pattern='names a newer version than the store has: is the store an old copy'
for another in 11010119900307889X 110101199003077918; do
	said 'with a change, too' "$pattern" 4 feed report --store "$store" --by a --why b --lost --publish <<<"$another"
done
is "$(sha256sum "$store/feed/latest")" "$latest" 'which takes nothing back, however often'

# --- a clock that is wrong

store=$work/clock
feed init --store "$store" >"$work/out"
said 'a clock without battery' 'the clock is wrong: it says 1975-01-01T12:00:[0-9]*Z' 4 \
	on 1975-01-01 report --by a --why b --lost <<<"$card"
event "$card" blacklist --ground x --until "$(date -u +%Y%m%d -d '3 years')" >"$work/out"
event "$other" report --lost --start 20190412 --publish >"$work/out"
latest=$(sha256sum "$store/feed/latest")
pattern='the clock is wrong, or was: it says 2020-01-01T12:00:[0-9]*Z, but latest was issued at 20'
said 'a clock that is behind: no event' "$pattern" 4 on 2020-01-01 report --by a --why b --stolen <<<"$card"
said 'no import' "$pattern" 4 on 2020-01-01 import --by a --why b --event cancel --file <(printf 'number\n%s\n' "$card")
said 'no version' "$pattern" 4 on 2020-01-01 publish
said 'no statement' "$pattern" 4 on 2020-01-01 set --confirm-every 7
is "$(sha256sum "$store/feed/latest"),$(record "$card")" "$latest,none none no yes" 'all is as it was'
said 'a clock that is years ahead' '^published 2 ' 0 on "$(($(date -u +%Y) + 5))-01-01" publish
amounts "$card" none 'ends what should not end'
said 'put right, it is behind that' 'see publish --clock-mended' 4 feed publish --store "$store"
said 'somebody says that it was wrong' '^published 3 ' 0 feed publish --store "$store" --clock-mended
amounts "$card" 'none none no yes' 'what ended by mistake is in force again'
ok 'and the statement is of now' test "$(issued)" -le "$(date +%s)"
said 'from then on all is well' 'published 4 ' 0 event "$card" report --lost --start 20190412 --publish
said 'recount' 'recount equal' 0 feed show --store "$store" --recount

# --- stores of other versions

store=$work/old
cp -r "$work/original" "$store"
# header OFFSET BYTE: changes the database's header as SQLite describes it
header() { printf '%b' "\\x$2" | dd of="$store/store.db" bs=1 seek="$1" conv=notrunc status=none; }
version() { od -An -t u1 -j 63 -N 1 "$store/store.db" | tr -d ' '; }
is "$(version)" 2 'a new store is of version 2'
header 63 01
said 'a store of version 1 is opened' 'pending 1' 0 feed show --store "$store" --recount
is "$(version)" 2 'and migrated, so that programs of that time refuse it'
happens 'it takes corrections' "$card" correct --event 1 --take-back
header 63 03
said 'a store of a later version is refused' 'old/store.db: a store of version 3; this program knows versions 1 to 2' 4 \
	feed publish --store "$store"
header 63 00
said 'and one of none' 'a store of version 0' 4 feed publish --store "$store"
header 63 02
header 68 00
said 'and the database of another program' 'old/store.db: not a store of idrevoke-feed' 4 feed publish --store "$store"
printf 'This is no database, but a text of more than a hundred bytes. %.0s' 1 2 3 >"$store/store.db"
said 'and what is no database' 'store.db: file is not a database' 4 feed publish --store "$store"
rm "$store/store.db"
said 'and a directory without one' 'old/store.db: unable to open' 4 feed publish --store "$store"
ok 'in which none is made' test ! -e "$store/store.db"

done_testing
