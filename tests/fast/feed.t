#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The issuer's tool: events and the records that they amount to, refusals,
# publishing, and the feed served over HTTPS. Notes, SHA-256 and digest are checked
# by programs that share no code with it: openssl, sha256sum, zstd, perl.
# shellcheck disable=SC2317 # functions are called by ok, exits and trap
# shellcheck source=tests/lib/tap.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"

agent=$IDREVOKE_BUILD/agent
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

# shellcheck source=tests/lib/feed.sh
. "$IDREVOKE_TOP/tests/lib/feed.sh"

# Synthetic numbers; none of these regions is made up by synth.
card=110101199003078881
other=990000199001018887
third=110101199003070011

# --- usage

exits 0 '--help' feed --help
exits 0 'a command with --help' feed report --help
exits 2 'no command' feed
exits 2 'an unknown command' feed nonsense
exits 2 'an unknown option' feed show --store "$store" --nonsense
exits 2 'an option of another command' feed show --store "$store" --lost
exits 2 'no store' feed show
exits 4 'a store that does not exist' feed show --store "$store"
exits 2 'a name that is none' feed init --store "$store" --name 'a b'
exits 2 'confirmations rarer than valid' feed init --store "$store" --valid-for 5 --confirm-every 6

# --- init

key=$(feed init --store "$store" --name issuer.example --valid-for 600 --confirm-every 300)
like "$key" '^issuer\.example\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$' 'init prints the verifier key'
is "$(stat -c %a "$store" "$store/key" "$store/store.db" | paste -sd' ')" '700 600 600' 'the store is private'
exits 4 'init does not touch a store that is there' feed init --store "$store"
is "$(value key)" "$key" 'the key is still the same'


# --- output that cannot be written

full() { feed "$@" >/dev/full; }
said 'init on a full disk' 'standard output: No space left on device' 4 full init --store "$work/full"
said 'help on a full disk' 'standard output: No space left on device' 4 full --help
said 'help of a command' 'standard output: No space left on device' 4 full report --help
said 'report on a full disk' 'standard output: cannot be written' 4 \
	full report --store "$work/full" --lost --by clerk --why test <<<"$card"
said 'import on a full disk' 'standard output: cannot be written' 4 \
	full import --store "$work/full" --by clerk --why test <<<$'number,event\n'"$card,cancel"
said 'publish on a full disk' 'standard output: cannot be written' 4 full publish --store "$work/full"
said 'synth on a full disk' 'standard output: No space left on device' 4 \
	bash -c "'$agent/idrevoke-feed/idrevoke-feed' init --store '$work/made' >'$work/out' &&
		'$agent/idrevoke-feed/idrevoke-feed' synth --store '$work/made' --count 1 --seed 1 >/dev/full"

# --- what is no store is named

mkdir "$work/none"
said 'a directory that is no store' "$work/none/feed: No such file or directory; is it a store of idrevoke-feed\?" 4 \
	feed show --store "$work/none"
said 'a directory that is not there' "$work/nowhere: No such file or directory\$" 4 feed show --store "$work/nowhere"
mkdir "$work/none/feed"
printf 'no database, %0999d' 0 >"$work/none/store.db"
said 'a database that is none' "$work/none/store.db: file is not a database; is it a store of idrevoke-feed\?" 4 \
	feed show --store "$work/none"
echo nonsense >"$work/full/key"
said 'a key that is none' "$work/full/key: not a key that signs; is it a store of idrevoke-feed\?" 4 \
	feed show --store "$work/full"
rm "$work/full/key"
said 'no key' "$work/full/key: No such file or directory; is it a store of idrevoke-feed\?" 4 \
	feed show --store "$work/full"

# --- publishing an empty list, then events

said 'publish: version 1 of an empty list' '^published 1 [0-9]{19}$' 0 feed publish --store "$store"
is "$(value count) $(value digest)" '0 00000000000000000000000000000000' 'the empty list has digest 0'

happens 'report lost' "$card" report --lost --start 20190412
amounts "$card" '20190412 lost yes no' 'lost: through the start, open'
happens 'withdraw' "$card" withdraw
amounts "$card" none 'withdrawn: nothing stood before'
refused no-report 'withdraw where nothing stands' "$card" withdraw

happens 'report lost, again' "$card" report --lost --start 2019-04-12
happens 'replace' "$card" replace --start 20240601
amounts "$card" '20240531 lost no no' 'replaced: through the day before, not open'
refused no-report 'withdraw after a replacement' "$card" withdraw
happens 'the successor is stolen' "$card" report --stolen --start 20240601
amounts "$card" '20240601 stolen yes no' 'the successor too'
happens 'the successor is found' "$card" withdraw
amounts "$card" '20240531 lost no no' 'withdrawn: back to the first loss'
happens 'blacklist' "$card" blacklist --ground impersonation --until 20991231
amounts "$card" '20240531 lost no yes' 'lost card of an impersonator'
happens 'report void' "$card" report --void --start 20240601
amounts "$card" '20240601 lost yes yes' 'the gravest reason stays'
happens 'withdraw that' "$card" withdraw
amounts "$card" '20240531 lost no yes' 'withdrawn: losses and blacklist as before'
happens 'an older card is reported stolen after its replacement' "$card" report --stolen --start 20100101
amounts "$card" '20240531 stolen no yes' 'the new card stays valid; the reason is graver'
happens 'withdraw that, too' "$card" withdraw
happens 'unblacklist' "$card" unblacklist
amounts "$card" '20240531 lost no no' 'off the blacklist'
refused not-blacklisted 'unblacklist where there is nothing' "$card" unblacklist

happens 'stolen' "$other" report --stolen --start 20150101
happens 'replaced' "$other" replace --start 20190101
happens 'replaced for damage' "$other" replace --start 20230101 --reason damage
amounts "$other" '20221231 stolen no no' 'stolen, behind a later harmless replacement'
refused start-not-later 'a new card of the same start' "$other" replace --start 20230101
refused start-not-later 'a new card of an earlier start' "$other" replace --start 20180101
refused start-not-later 'a new card of the first day that cards have' "$other" replace --start 19840101
said 'a zero byte in a number' 'a zero byte in the card number' 1 \
	feed report --store "$store" --by a --why b --lost < <(printf '110101199003\000078881\n')
said 'no standard input' 'standard input: ' 4 feed report --store "$store" --by a --why b --lost <"$work"
refused start-in-future 'a new card of the future' "$other" replace --start 21240101
refused start-in-future 'a report of a card of the future' "$other" report --lost --start 20991231
happens 'cancel' "$other" cancel
amounts "$other" 'all stolen no no' 'cancelled: every card, and the gravest reason'
refused cancelled 'cancel twice' "$other" cancel
refused cancelled 'replace a card of a cancelled number' "$other" replace --start 20250101
happens 'report on a cancelled number' "$other" report --lost --start 20230101
amounts "$other" 'all stolen no no' 'a cancelled number is never open'

happens 'blacklist only' "$third" blacklist --ground impersonation --until 20991231
amounts "$third" 'none none no yes' 'the holder only'
happens 'replaced for expiry' "$third" replace --start 20220101 --reason expiry
amounts "$third" '20211231 void no yes' 'replaced for expiry: void'
refused end-in-past 'a blacklisting that has ended' "$third" blacklist --ground x --until 20000101

today=$(date -u +%Y%m%d)
happens 'cancel a number without a report' 11010519491231002X cancel
amounts 11010519491231002x 'all void no no' 'cancelled: void; x is X'
happens 'replace where nothing was reported' 330106198507151016 replace --start 20220101
amounts 330106198507151016 '20211231 superseded no no' 'replaced for no reason: superseded'
happens 'report of a card of unknown start' 330106198507151016 report --lost
amounts 330106198507151016 "$today lost yes no" 'unknown start: through the day of the report'
refused start-not-later 'a replacement from before that day' 330106198507151016 replace --start 20230101
happens 'two reports: stolen' 330106198507151016 report --stolen
happens 'withdraw the last of them' 330106198507151016 withdraw
amounts 330106198507151016 "$today lost yes no" 'the first report stands'

# --- bad input never shows the number

hidden() {
	local name=$1 number=$2 text status=0
	text=$(feed report --store "$store" --lost --by clerk --why test <<<"$number" 2>&1) || status=$?
	if [ "$status" -eq 1 ] && [[ -n $text && $text != *"${number:0:6}"* ]]; then
		tap_result ok "$name"
	else
		tap_result 'not ok' "$name"
		diag "status $status" "$text"
	fi
}
hidden 'wrong check character' 110101199003078882
hidden 'no such birth date' 110101199002308888
hidden 'too long' 1101011990030788811
hidden 'much too long' "$(printf '1%.0s' {1..500})"
hidden 'two numbers' "$card"$'\n'"$card"
hidden 'fifteen digits' 110101900307888
hidden 'another kind of document' H12345678
exits 1 'no number' event '' report --lost
exits 2 'a number on the command line' feed report --store "$store" --lost --by a --why b "$card"
ok 'and it is not repeated' test -z "$(feed report --store "$store" --lost --by a --why b "$card" 2>&1 | grep "$card")"
exits 2 'no reason' event "$card" report
exits 2 'two reasons' event "$card" report --lost --stolen
exits 2 'nobody who says so' feed report --store "$store" --lost --why test
exits 2 'an empty cause' feed report --store "$store" --lost --by clerk --why ''
exits 2 'no calendar day' event "$card" report --lost --start 20230229
exits 2 'an unknown reason of a replacement' event "$card" replace --start 20250101 --reason whim

# --- publish: a delta

said 'publish: version 2' '^published 2 [0-9]{19}$' 0 feed publish --store "$store"
is "$(value version) $(value count) $(value pending)" '2 5 0' 'version 2 has all of it'
said 'publish nothing: the same version' '^published 2 [0-9]{19}$' 0 feed publish --store "$store"
said 'recount' 'recount equal' 0 feed show --store "$store" --recount
said 'report --publish' $'^committed [0-9]{19}\npublished 3 [0-9]{19}$' 0 \
	event 110101199003070038 report --lost --start 20200101 --publish
happens 'report that is not published' 110101199003070046 report --lost --start 20200101
said 'recount with something pending' 'recount equal' 0 feed show --store "$store" --recount
is "$(value version) $(value count) $(value pending)" '3 6 1' 'it is pending'
happens 'withdraw it' 110101199003070046 withdraw
said 'report and withdrawal cancel out' '^published 3 ' 0 feed publish --store "$store"
happens 'withdraw what was published' 110101199003070038 withdraw
said 'a removal is published' '^published 4 ' 0 feed publish --store "$store"
is "$(value count)" 5 'one less'
# verify [STORE]: what the agent's admin tool makes of the feed
verify() {
	"$agent/idrevokectl/idrevokectl" verify --state "${1:-$store}/feed" --key "$key"
}
said 'snapshot and deltas amount to it' 'version +4' 0 verify
is "$(cd "$store" && stat -c %a feed feed/* feed/*/* | sort -u | paste -sd' ')" '644 755' \
	'web servers can read a copy of the feed'

# --- the feed, checked by others

text() { sed '/^$/,$d' "$1"; }
# signed FILE: openssl finds the last line's signature right
signed() {
	text "$1" >"$work/text"
	{ printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; cut -d+ -f3- <<<"$key" | base64 -d | tail -c 32; } >"$work/key.der"
	tail -n 1 "$1" | awk '{ print $3 }' | base64 -d | tail -c 64 >"$work/signature"
	openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin \
		-in "$work/text" -sigfile "$work/signature"
}
ok 'openssl finds the signature of latest right' signed "$store/feed/latest"
ok 'openssl finds the signature of root/1 right' signed "$store/feed/root/1"
ok 'root/1 has the key' grep -qxF "key $key" "$store/feed/root/1"
identity=$({ printf 'issuer.example\n\x01'; tail -c 32 "$work/key.der"; } | sha256sum)
is "$(cut -d+ -f2 <<<"$key")" "${identity:0:8}" 'the key id is as C2SP has it'
is "$(text "$store/feed/latest" | cut -d' ' -f1 | paste -sd' ')" \
	'idrevoke-feed epoch version count digest issued valid-for confirm-every root snapshot delta delta delta' \
	'latest has its lines in order'
sums() {
	local file
	for file in "$store"/feed/{snapshot,delta}/*; do
		[[ $(sha256sum <"$file") == "$(sed 's/.*-//; s/\.zst//' <<<"$file")  -" ]] || return
	done
}
ok 'every payload is named by its SHA-256' sums

# recount FILE: the digest of a snapshot, computed as the header describes it
recount() {
	zstd -dcq "$1" | perl -e '
		use integer;
		sub shift33 { my $x = shift; no integer; return $x ^ ($x >> 33) }
		sub mix { my $x = shift33(shift); $x *= 0xff51afd7ed558ccd; $x = shift33($x);
			$x *= 0xc4ceb9fe1a85ec53; return shift33($x) }
		local $/; binmode STDIN; my $data = <STDIN>;
		my ($low, $high) = (0, 0);
		for (my $at = 96; $at < length $data; $at += 20) {
			my ($number, $through, $reason, $flags) = unpack "Q<S<CC", substr $data, $at;
			my ($a, $b) = ($number | $through << 47, $reason | $flags << 4);
			my $l = mix($a ^ mix($b + 0x9e3779b97f4a7c15));
			$high += mix($l + $a + 0xc2b2ae3d27d4eb4f);
			$low += $l;
			no integer;
			$high = do { use integer; $high + 1 } if (~0 & $low) < (~0 & $l);
		}
		no integer;
		printf "%016x%016x\n", ~0 & $high, ~0 & $low'
}

big=$work/big
feed init --store "$big" --name issuer.example >"$work/big.key"
key_of_big=$(cat "$work/big.key")
is "$(feed synth --store "$big" --count 2000 --seed 7)" 'made 2000' 'synth'
exits 1 'synth only into an empty store' feed synth --store "$big" --count 1 --seed 7
feed publish --store "$big" >"$work/out"
digest=$(feed show --store "$big" | awk '$1 == "digest" { print $2 }')
is "$(recount "$big"/feed/snapshot/1-*)" "$digest" 'perl computes the same digest of the snapshot'
feed init --store "$work/again" >"$work/out"
feed synth --store "$work/again" --count 2000 --seed 7 >"$work/out"
feed publish --store "$work/again" >"$work/out"
is "$(feed show --store "$work/again" | awk '$1 == "digest" { print $2 }')" "$digest" 'the same seed, the same list'
is "$(zstd -dcq "$big"/feed/snapshot/1-* | perl -e '
	local $/; my $data = <STDIN>; my %seen;
	for (my $at = 96; $at < length $data; $at += 20) {
		my ($number, $through, $reason, $flags) = unpack "Q<S<CC", substr $data, $at;
		$seen{reason . $reason}++; $seen{open}++ if $flags & 1; $seen{person}++ if $flags & 2;
		$seen{all}++ if $through == 65535; $seen{replaced}++ if $through && !($flags & 1);
	}
	print join " ", sort keys %seen')" 'all open person reason0 reason2 reason3 reason4 replaced' \
	'synth makes every kind of record'

# --- many versions: a snapshot in time, old files removed

store=$big key=$key_of_big
for ((i = 0; i < 70; i++)); do
	if [ $((i % 2)) = 0 ]; then
		event "$card" report --lost --start 20190412 --publish
	else
		event "$card" withdraw --publish
	fi
done >"$work/out"
is "$(value version)" 71 '70 versions more'
is "$(text "$store/feed/latest" | grep -c '^delta ')" 64 'latest names the last 64 deltas'
is "$(find "$store/feed/delta" -type f | wc -l)" 64 'and no others are kept'
like "$(text "$store/feed/latest")" $'\nsnapshot ([2-6][0-9]|7[01]) ' 'a newer snapshot was made'
said 'snapshot and deltas amount to the version' 'version +71|"version": 71' 0 verify
said 'recount after that' 'recount equal' 0 feed show --store "$store" --recount

# --- two operators at once

operator() {
	local sequence number
	for sequence in $(seq -w "$1" 2 "$2"); do
		number=$(checked "11010119900307$sequence")
		event "$number" report --lost --start 20200101 --publish
	done
}
before=$(value count)
operator 100 139 >"$work/one" &
operator 101 139 >"$work/two"
wait $!
is "$(cat "$work/one" "$work/two" | grep -c '^committed ')" 40 'two operators at once: every event is kept'
is "$(cat "$work/one" "$work/two" | grep -c '^published ')" 40 'and published'
is "$(($(value count) - before))" 40 'and counted'
said 'recount' 'recount equal' 0 feed show --store "$store" --recount
said 'their versions make one list' '71|version' 0 verify

# --- what is tampered with is noticed

tamper() {
	rm -rf "$work/copy"
	mkdir "$work/copy"
	cp -r "$store/feed" "$work/copy/feed"
}
tamper
sed -i 's/^count .*/count 7/' "$work/copy/feed/latest"
exits 4 'a changed latest is refused' verify "$work/copy"
tamper
snapshot=$(find "$work/copy/feed/snapshot" -type f | sort -V | tail -n 1)
printf 'X' | dd of="$snapshot" bs=1 seek=100 conv=notrunc status=none
exits 4 'a changed snapshot is refused' verify "$work/copy"
tamper
snapshot=$(find "$work/copy/feed/snapshot" -type f | sort -V | tail -n 1)
truncate -s -1 "$snapshot"
exits 4 'a cut snapshot is refused' verify "$work/copy"
tamper
cp "$work/store/feed/latest" "$work/copy/feed/latest"
exits 4 "another issuer's latest is refused" verify "$work/copy"

# --- served over HTTPS

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$work/server.key" \
	-out "$work/server.pem" 2>"$work/openssl.log" || bail_out "$(cat "$work/openssl.log")"
exits 4 'serve with a certificate that is none' feed serve --store "$store" \
	--certificate "$work/server.key" --key "$work/server.key" --listen 127.0.0.1:0
exits 4 'at an address of IPv6 as well' feed serve --store "$store" \
	--certificate "$work/server.key" --key "$work/server.key" --listen '[::1]:0'
exits 2 'serve at an address that is none' feed serve --store "$store" \
	--certificate "$work/server.pem" --key "$work/server.key" --listen nowhere:0
mkfifo "$work/serving"
# Not by the function: the signals below are for the program itself.
"$agent/idrevoke-feed/idrevoke-feed" serve --store "$store" --certificate "$work/server.pem" \
	--key "$work/server.key" --listen 127.0.0.1:0 >"$work/serving" 2>"$work/serve.log" &
server=$!
exec 3<"$work/serving"
read -r -t 20 line <&3 || bail_out "no server: $(cat "$work/serve.log")"
like "$line" '^serving on port [0-9]+$' 'serve says where'
url=https://localhost:${line##* }

get() {
	local path=$1
	shift
	curl --silent --show-error --max-time 60 --cacert "$work/server.pem" "$@" "$url/$path"
}
# status PATH [OPTION...]: the HTTP status
status() { get "$@" --output /dev/null --write-out '%{http_code}'; }
etag() { sed -n 's/^etag: //Ip' "$work/headers" | tr -d '\r'; }

get latest --dump-header "$work/headers" >"$work/latest"
ok 'GET latest' cmp "$work/latest" "$store/feed/latest"
is "$(etag)" "\"$(sha256sum <"$work/latest" | cut -d' ' -f1)\"" 'its ETag is its SHA-256'
for path in root/1 "$(cd "$store/feed" && find delta -type f -print -quit)" \
	"$(cd "$store/feed" && find snapshot -type f -print -quit)"; do
	get "$path" >"$work/file"
	ok "GET ${path%%/*}" cmp "$work/file" "$store/feed/$path"
done
is "$(status latest --head)" 200 'HEAD latest'
is "$(status latest --request POST --data x)" 405 'POST is not allowed'
for path in '' nothing key store.db ../key ../store.db root/../../key root/.1 delta snapshot/ /etc/passwd root/2; do
	is "$(status "$path" --path-as-is)" 404 "no such file: '$path'"
done
is "$(curl --silent --output /dev/null --cacert "$work/server.pem" --write-out '%{http_code}' "http${url#https}/latest")" \
	000 'no plain HTTP'
is "$(status latest --header "If-None-Match: $(etag)")" 304 'unchanged: 304'
get latest --header "If-None-Match: $(etag)" --header 'Prefer: wait=1' --dump-header "$work/waited" \
	--output /dev/null --write-out '%{http_code} %{time_total}' >"$work/out"
like "$(cat "$work/out")" '^304 1\.' 'long-poll: 304 after the time that was asked for'
like "$(cat "$work/waited")" 'Preference-Applied: wait' 'and says that it waited'

# wait_for NAME: a client that waits for the next latest; its request was sent when
# this returns. The descriptor is in $waiter.
wait_for() {
	local line
	exec {waiter}< <(get latest --header "If-None-Match: $(etag)" --header 'Prefer: wait=50' \
		--output "$work/$1" --trace-ascii - --write-out 'done %{http_code} %{time_total}\n')
	while read -r -t 20 -u "$waiter" line; do
		[[ $line != '=> Send header'* ]] || return 0
	done
	bail_out "a client cannot wait"
}
# outcome DESCRIPTOR: its HTTP status, and how long it took
outcome() { sed -n 's/^done //p' <&"$1"; }

# Several wait; one report wakes them all.
waiters=()
for i in 1 2 3; do
	wait_for "woken.$i"
	waiters+=("$waiter")
done
published=$(event 110101199003070011 report --lost --start 20200101 --publish | awk '$1 == "published" { print $2 }')
for i in 1 2 3; do
	like "$(outcome "${waiters[i - 1]}")" '^200 [0-9]\.' "long-poll $i: woken by a report"
	like "$(cat "$work/woken.$i")" $'\nversion '"$published"$'\n' "long-poll $i: the new version"
done

# A confirmation, made by the server in time, wakes too.
feed set --store "$store" --valid-for 30 --confirm-every 1
get latest --dump-header "$work/headers" >"$work/latest"
like "$(cat "$work/latest")" $'\nvalid-for 30\nconfirm-every 1\n' 'set is in force at once'
is "$(get latest --header "If-None-Match: $(etag)" --header 'Prefer: wait=20' \
	--output "$work/confirmed" --write-out '%{http_code}')" 200 'the server confirms in time'
is "$(grep ^version "$work/confirmed")" "version $published" 'the same version'
issued() { awk '$1 == "issued" { print $2 }' "$1"; }
ok 'issued later' test "$(issued "$work/confirmed")" -gt "$(issued "$work/latest")"
ok 'and signed' signed "$work/confirmed"

# SIGTERM ends it cleanly, also with somebody waiting.
get latest --dump-header "$work/headers" --output "$work/latest"
wait_for stopped
kill -TERM "$server"
ended=0
wait "$server" || ended=$?
server=
is "$ended" 0 'SIGTERM ends the server cleanly'
like "$(outcome "$waiter")" '^[0-9]' 'who waited is not left waiting'
is "$(cat "$work/serve.log")" '' 'and it had nothing to complain of'

done_testing
