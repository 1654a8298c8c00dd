#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The issuer's server: a thousand clients that wait at once, slow ones and silent
# ones, parts of files, TLS versions, and a certificate renewed under it. The
# clients are curl and openssl.
# shellcheck disable=SC2317 # functions are called by ok, exits and trap
# shellcheck source=tests/lib/tap.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
# shellcheck source=tests/lib/feed.sh
. "$IDREVOKE_TOP/tests/lib/feed.sh"

tool=$IDREVOKE_BUILD/agent/idrevoke-feed/idrevoke-feed
work=$(mktemp -d)
store=$work/store
declare -A process

# start NAME COMMAND...: in the background; its output goes to NAME.log
start() {
	local name=$1
	shift
	"$@" >"$work/$name.log" 2>&1 &
	process[$name]=$!
}
# stop NAME: ends it and gives its status
stop() {
	local pid=${process[$1]}
	unset "process[$1]"
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}
clean_up() {
	local name
	for name in "${!process[@]}"; do
		stop "$name"
	done
	rm -rf "$work"
}
trap clean_up EXIT

# until_true NAME COMMAND...: before thirty seconds are over
until_true() {
	local name=$1 end=$((SECONDS + 30))
	shift
	until "$@" 2>/dev/null; do
		if [ "$SECONDS" -ge "$end" ]; then
			tap_result 'not ok' "$name"
			diag "$(cat "$work/serve.log")"
			return
		fi
		sleep 0.02
	done
	tap_result ok "$name"
}

card=110101199003078881

feed init --store "$store" --name issuer.example >"$work/key" || bail_out 'no store'
feed synth --store "$store" --count 200000 --seed 3 >"$work/out"
feed publish --store "$store" >"$work/out"

# certificate NAME: a new one and its key
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
		-addext subjectAltName=DNS:localhost -keyout "$work/$1.key" -out "$work/$1.pem" \
		2>"$work/openssl.log" || bail_out "$(cat "$work/openssl.log")"
}
certificate first
certificate second
cp "$work/first.pem" "$work/server.pem"
cp "$work/first.key" "$work/server.key"

# One that begins to serve, against expectation, does not go on for ever.
refused() { timeout 20 "$tool" serve "$@"; }
said 'a key of another certificate' 'second.key is not the key of .*/first.pem' 4 refused --store "$store" \
	--certificate "$work/first.pem" --key "$work/second.key" --listen 127.0.0.1:0
said 'a certificate that is none' 'first.key: ' 4 refused --store "$store" \
	--certificate "$work/first.key" --key "$work/first.key" --listen 127.0.0.1:0
said 'a key that is none' 'first.pem: ' 4 refused --store "$store" \
	--certificate "$work/first.pem" --key "$work/first.pem" --listen 127.0.0.1:0
said 'a file that is not there' 'nothing: No such file' 4 refused --store "$store" \
	--certificate "$work/nothing" --key "$work/first.key" --listen 127.0.0.1:0

# Few descriptors at first: it has to ask for all that it may have.
limited() {
	ulimit -S -n 64
	exec "$tool" serve --store "$store" --certificate "$work/server.pem" --key "$work/server.key" --listen 127.0.0.1:0
}
start serve limited
until_true 'it serves' grep -q '^serving on port' "$work/serve.log"
port=$(sed -n 's/^serving on port //p' "$work/serve.log")
url=https://localhost:$port
said 'the address is in use' 'cannot serve: Address already in use' 4 refused --store "$store" \
	--certificate "$work/first.pem" --key "$work/first.key" --listen "127.0.0.1:$port"

get() {
	local path=$1
	shift
	curl --silent --show-error --max-time 60 --cacert "$work/first.pem" "$@" "$url/$path"
}
# status PATH [OPTION...]: the HTTP status
status() { get "$@" --output "$work/body" --dump-header "$work/headers" --write-out '%{http_code}'; }
header() { sed -n "s/^$1: //Ip" "$work/headers" | tr -d '\r'; }

# --- files: whole, in parts, or not again

path=$(cd "$store/feed" && find snapshot -type f -print -quit)
file=$store/feed/$path
size=$(stat -c %s "$file")
is "$(status "$path")" 200 'a snapshot'
ok 'is whole' cmp "$work/body" "$file"
is "$(header ETag)" "\"$path\"" 'its ETag is its name, which has the SHA-256'
is "$(header Accept-Ranges)" bytes 'parts can be had'
is "$(header Cache-Control)" 'max-age=31536000, immutable' 'caches may keep it'
is "$(status "$path" --head)" 200 'HEAD'
is "$(header Content-Length)" "$size" 'tells its size'
is "$(status "$path" --header "If-None-Match: \"$path\"")" 304 'who has it does not get it again'
is "$(status "$path" --header "If-None-Match: \"x\", W/\"y\", \"$path\"")" 304 'nor who has others as well'
is "$(status "$path" --header 'If-None-Match: "x"')" 200 'who has another gets it'

# part NAME RANGE FIRST LENGTH [OPTION...]: these bytes
part() {
	local name=$1 range=$2 first=$3 length=$4
	shift 4
	is "$(status "$path" --header "Range: $range" "$@")" 206 "$name"
	ok "$name: these bytes" cmp "$work/body" <(tail -c "+$((first + 1))" "$file" | head -c "$length")
	is "$(header Content-Range)" "bytes $first-$((first + length - 1))/$size" "$name: it says which"
}
part 'the first bytes' bytes=0-99 0 100
part 'from the middle on' "bytes=$((size / 2))-" $((size / 2)) $((size - size / 2))
part 'the last bytes' bytes=-100 $((size - 100)) 100
part 'more than there are' "bytes=10-$((size * 2))" 10 $((size - 10))
part 'the last of more than there are' "bytes=-$((size * 2))" 0 "$size"
part 'if it is still the same' bytes=5-9 5 5 --header "If-Range: \"$path\""
is "$(status "$path" --header 'Range: bytes=5-9' --header 'If-Range: "x"')" 200 'it is not the same: all of it'
for range in bytes=9-5 bytes=1-2,4-5 bytes= bytes=- bytes=x-y lines=1-2 bytes=0x1-2 bytes=99999999999999999999999-; do
	is "$(status "$path" --header "Range: $range")" 200 "what is no range is passed over: $range"
done
is "$(status "$path" --header "Range: bytes=$size-")" 416 'beyond its end'
is "$(header Content-Range)" "bytes */$size" 'it says how long it is'
is "$(status "$path" --header 'Range: bytes=-0')" 416 'nothing of it'
head -c 1000 "$file" >"$work/resumed"
get "$path" --continue-at - --output "$work/resumed"
ok 'curl takes up a download where it ended' cmp "$work/resumed" "$file"
is "$(status "snapshot/$(printf 'a%.0s' {1..3000})")" 404 'a long name'

# --- TLS

# tls VERSION: a handshake of this version only, with whatever is weak allowed
tls() {
	openssl s_client -connect "localhost:$port" -CAfile "$work/first.pem" -cipher ALL:@SECLEVEL=0 "-$1" </dev/null 2>&1 |
		grep -c 'Cipher is [^(]'
}
is "$(tls tls1_3) $(tls tls1_2)" '1 1' 'TLS 1.3 and 1.2'
is "$(tls tls1_1) $(tls tls1)" '0 0' 'not 1.1, not 1.0'

# --- clients that are slow, or silent

# open: a connection; its descriptor is in $connection
open() { exec {connection}<>"/dev/tcp/127.0.0.1/$port"; }
silent=()
for i in {1..20}; do
	open
	silent+=("$connection")
done
printf 'GET / HTTP/1.1\r\n' >&"${silent[0]}"
mkfifo "$work/half"
exec {half}<>"$work/half"
start half openssl s_client -quiet -connect "localhost:$port" -CAfile "$work/first.pem" <"$work/half"
printf 'GET /latest HTTP/1.1\r\nHost: loc' >&"$half"
start slow get "$path" --limit-rate 20k --output /dev/null
is "$(status latest)" 200 'clients that say nothing, half of it, or read slowly are in nobody'"'"'s way'
for connection in "${silent[@]}"; do
	exec {connection}>&-
done

# --- many clients that wait

etag() { sed -n 's/^etag: //Ip' "$work/headers" | tr -d '\r'; }
is "$(status latest)" 200 'latest'
for ((i = 0; i < 275; i++)); do
	printf 'url = "%s/latest"\noutput = "/dev/null"\n' "$url"
done >"$work/urls"
for part in 1 2 3 4; do
	start "wait$part" curl --silent --show-error --no-progress-meter --http1.1 --cacert "$work/first.pem" --parallel \
		--parallel-immediate --parallel-max 300 --max-time 120 --header "If-None-Match: $(etag)" \
		--header 'Prefer: wait=100' --write-out '%{http_code}\n' --config "$work/urls"
done
# Descriptors of the server: each of its clients is one.
descriptors() { find "/proc/${process[serve]}/fd" -type l | wc -l; }
all_there() { [ "$(descriptors)" -gt 1100 ]; }
until_true '1,100 clients are there' all_there
is "$(cat "$work"/wait?.log)" '' 'and none has an answer yet'
is "$(status latest)" 200 'one more is served'
began=$(date +%s%N)
event "$card" report --lost --start 20190412 --publish >"$work/out"
for part in 1 2 3 4; do
	wait "${process[wait$part]}"
	unset "process[wait$part]"
done
diag "1,100 clients had the new version $((($(date +%s%N) - began) / 1000000)) ms after the report began"
is "$(cat "$work"/wait?.log | grep -c '^200$')" 1100 'one report wakes all of them'
few() { [ "$(descriptors)" -lt 50 ]; }
until_true 'and their descriptors are given back' few

# --- a new certificate

subject() {
	openssl s_client -connect "localhost:$port" </dev/null 2>/dev/null | sed -n 's/^subject=CN = //p'
}
is "$(subject)" first 'the certificate'
status latest >"$work/out"
start waiting get latest --header "If-None-Match: $(etag)" --header 'Prefer: wait=60' --output "$work/woken" --write-out '%{http_code}\n'
before=$(descriptors)
there() { [ "$(descriptors)" -gt "$before" ]; }
until_true 'a client waits' there
cp "$work/second.pem" "$work/server.pem"
kill -HUP "${process[serve]}"
until_true 'half of a new pair is refused' grep -q 'server.key is not the key of .*/server.pem' "$work/serve.log"
is "$(subject)" first 'and the old pair stays'
cp "$work/second.key" "$work/server.key"
kill -HUP "${process[serve]}"
until_true 'a new pair is taken' grep -q '^certificate and key were read again$' "$work/serve.log"
is "$(subject)" second 'for who comes now'
event "$card" withdraw --publish >"$work/out"
wait "${process[waiting]}"
unset "process[waiting]"
is "$(cat "$work/waiting.log")" 200 'who was there was not cut off'

stop serve
is $? 0 'it ends cleanly, with slow clients there'
is "$(grep -c 'idrevoke-feed:' "$work/serve.log")" 1 'and complained of nothing else'
exec {half}>&-

done_testing
