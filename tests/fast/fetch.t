#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How idrevoked comes to its list: static web servers, files, client certificates,
# proxies, several mirrors, time-outs; against nginx, tinyproxy and the issuer's
# own server
# shellcheck source=tests/lib/tap.sh disable=SC2317 # functions are called by name
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
# shellcheck source=tests/lib/processes.sh
. "$IDREVOKE_TOP/tests/lib/processes.sh"
# shellcheck source=tests/lib/web.sh
. "$IDREVOKE_TOP/tests/lib/web.sh"

agent=$IDREVOKE_BUILD/agent
store=$work/store
feed=$store/feed
version=0
unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY

issuer() { "$agent/idrevoke-feed/idrevoke-feed" "$@"; }
ctl() { "$agent/idrevokectl/idrevokectl" "$@"; }

# news: the issuer publishes a change as the next version, $version
news() {
	local event='report --lost'
	[ $((version % 2)) -eq 1 ] || event=withdraw
	# shellcheck disable=SC2086 # a list of words
	issuer $event --store "$store" --by test --why test --publish <<<110101199003078881 \
		>/dev/null || bail_out 'the issuer cannot publish'
	version=$((version + 1))
}

# settings NAME URL [LINE...]: the configuration of an agent, these lines instead of ours
settings() {
	local name=$1 url=$2 line
	shift 2
	for line in "$@" "url = $url;" "root_key = \"$vkey\";" "ca = \"$work/server.pem\";" \
		"state = \"$work/$name.state\";" 'poll = 1;' 'connect_timeout = 2;' 'stall_timeout = 2;'; do
		printf '%s\n' "$line"
	done | awk '!($1 in seen) { print } { seen[$1] = 1 }' >"$work/$name.conf"
}

# agent NAME [VARIABLE=VALUE...]
agent() {
	local name=$1
	shift
	start "$name" env "$@" "$agent/idrevoked/idrevoked" -c "$work/$name.conf"
}

# quoted NAME...: the list of these servers
quoted() {
	local name list=''
	for name; do
		list+="${list:+, }\"${web[$name]:-$name}\""
	done
	echo "($list)"
}

# has VERSION NAME: an agent has kept it
has() {
	grep -qx "version $1" "$work/$2.state/latest"
}
# follows NAME: it has kept the newest version, all of it
follows() {
	has "$version" "$1" && [ "$(kept "$1")" = "$(of_issuer)" ]
}
kept() {
	ctl verify --state "$work/$1.state" --key "$vkey"
}
of_issuer() {
	issuer show --store "$store" --recount | head -n 3
}

certificate server -addext subjectAltName=IP:127.0.0.1
{
	issuer init --store "$store" --name test --confirm-every 2 >"$work/vkey" &&
		issuer synth --store "$store" --count 1000 --seed 1 &&
		issuer publish --store "$store"
} >/dev/null || bail_out 'no feed'
vkey=$(cat "$work/vkey")
version=1
# As it is now, and never again: by the time that it is used it is overdue.
cp -r "$feed" "$work/frozen"
cp -r "$store" "$work/sleepy"
rm "$work/sleepy/key" # without which its server confirms nothing

# --- a static web server is polled, by conditional requests

web static "$feed"
settings static "$(quoted static)"
# What changed in this second is not asked for by date: see the last of these tests.
touch -d '1 hour ago' "$feed/latest"
agent static
happens 'a static web server: the list comes' follows static
happens 'then it answers that nothing is new' requested static '^[0-9.]+ 304 /latest "[^-].*" "\w'
is "$(requests static ' 200 /latest ')" 1 'and sends latest only once'
news
happens 'what is new comes' follows static
stop static

web no_etag "$feed" 'etag off;'
touch -d '1 hour ago' "$feed/latest"
settings no_etag "$(quoted no_etag)"
agent no_etag
happens 'the same without ETag' requested no_etag '^[0-9.]+ 304 /latest "-" "\w'

# The date of a file is not enough if it can be replaced without a change of it.
touch -d '1 hour' "$feed/latest"
happens 'a date of today is seen' requested no_etag ' 200 /latest "-" "\w'
touch -r "$feed/latest" "$work/date"
news
touch -r "$work/date" "$feed/latest"
happens 'a change within the same second is not missed' follows no_etag
stop no_etag

# --- one that is there again only later, or is busy

web busy "$work" 'location / { add_header Retry-After 2 always; return 503; }'
settings busy "$(quoted busy)"
agent busy
several() {
	[ "$(requests "$1" "$2")" -ge "$3" ]
}
happens 'a server that is busy is asked again' several busy ' 503 /latest' 3
# shellcheck disable=SC2016 # awk's
ok 'but not before it wants to be' awk '
	NR > 1 && $1 < before + 2 { bad = 1 }
	{ before = $1 }
	END { exit bad }' "$work/busy.access"
is "$(times busy 'latest: the server answers with status 503; trying again')" 1 'it is told once'
stop busy

# Which says that it waits, and does not: what it sends is nothing new.
web hasty "$feed" 'location /latest { etag off; if_modified_since off; add_header ETag "\"x\"";
	add_header Preference-Applied wait; }'
settings hasty "$(quoted hasty)"
agent hasty
happens 'a server that sends again and again what it has sent is asked' several hasty ' 200 /latest "\S+x' 6
ok 'but ever less often' test "$(requests hasty ' /latest ')" -lt 12
stop hasty

web redirecting "$work" 'location / { return 301 http://127.0.0.1/elsewhere; }'
settings redirected "$(quoted redirecting)"
agent redirected
happens 'a redirect is not followed' said redirected \
	'latest: the server redirects to http://127.0.0.1/elsewhere, which a feed does not do'
stop redirected

# --- client certificates

certificate client
certificate stranger
web picky "$feed" "ssl_client_certificate $work/client.pem;" 'ssl_verify_client on;'
settings unknown "$(quoted picky)"
agent unknown
happens 'without a client certificate a server refuses' said unknown \
	'latest: the server answers with status 400; trying again'
settings unknown "$(quoted picky)" "certificate = \"$work/stranger.pem\";" "key = \"$work/stranger.key\";"
kill -HUP "${process[unknown]}"
refused_again() {
	[ "$(times unknown 'status 400')" -eq 2 ]
}
happens 'with another one as well' refused_again
ok 'and nothing is kept' test ! -e "$work/unknown.state/latest"
settings unknown "$(quoted picky)" "certificate = \"$work/client.pem\";" "key = \"$work/client.key\";"
kill -HUP "${process[unknown]}"
happens 'with the right one the list comes' follows unknown
stop unknown
install -m 600 /dev/null "$work/both.pem"
cat "$work/client.key" "$work/client.pem" >"$work/both.pem"
settings both "$(quoted picky)" "certificate = \"$work/both.pem\";"
agent both
happens 'also with certificate and key in one file' follows both
stop both
stop web_picky

# --- proxies

port=$(free_port)
cat >"$work/tinyproxy.conf" <<EOF_
Port $port
Listen 127.0.0.1
Allow 127.0.0.1
LogLevel Connect
BasicAuth clerk secret
EOF_
start proxy tinyproxy -d -c "$work/tinyproxy.conf"
comes_true serves "https://127.0.0.1:$port/" || bail_out 'tinyproxy does not start'
proxy=http://clerk:secret@127.0.0.1:$port
address=${web[static]#https://}
address=${address%/}

# proxied NAME [VARIABLE=VALUE...]: how often a new agent has the list through it
proxied() {
	local name=$1 before
	shift
	before=$(times proxy "CONNECT $address")
	chmod 600 "$work/$name.conf"
	agent "$name" "$@"
	comes_true follows "$name"
	stop "$name"
	echo "$(($(times proxy "CONNECT $address") > before)), $(follows "$name" && echo current)"
}
settings by_setting "$(quoted static)" "proxy = \"$proxy\";"
is "$(proxied by_setting no_proxy=127.0.0.1)" '1, current' 'through the proxy of the settings'
settings by_environment "$(quoted static)"
is "$(proxied by_environment https_proxy="$proxy")" '1, current' 'through that of the environment'
settings excepted "$(quoted static)"
is "$(proxied excepted https_proxy="$proxy" no_proxy=127.0.0.1)" '0, current' 'except for servers in no_proxy'
settings direct "$(quoted static)" 'proxy = "";'
is "$(proxied direct https_proxy="$proxy")" '0, current' 'not at all with an empty setting'
settings locked_out "$(quoted static)" "proxy = \"http://127.0.0.1:$port\";"
agent locked_out
happens 'a proxy that wants a password says so' said locked_out 'latest: CONNECT tunnel failed, response 407; trying again'
stop locked_out
stop proxy
settings no_proxy "$(quoted static)" "proxy = \"http://127.0.0.1:$port\";"
agent no_proxy
happens 'one that is down is no way around it' said no_proxy "latest: .*$port.*; trying again"
ok 'nothing came' test ! -e "$work/no_proxy.state/latest"
stop no_proxy
ok 'no password in what was said' test -z "$(grep -l secret "$work"/*.log)"

# --- several mirrors: one down, one of another issuer, one frozen, and the issuer's own

issuer init --store "$work/other" --name test >/dev/null
issuer publish --store "$work/other" >/dev/null
web wrong "$work/other/feed"
web frozen "$work/frozen"
web down "$feed"
stop web_down
start origin "$agent/idrevoke-feed/idrevoke-feed" serve --store "$store" --listen 127.0.0.1:0 \
	--certificate "$work/server.pem" --key "$work/server.key"
comes_true said origin '^serving on port' || bail_out 'no server'
web[origin]=https://127.0.0.1:$(sed -n 's/^serving on port //p' "$work/origin.log")/
settings mirrors "$(quoted down wrong frozen origin)" 'wait = 30;'
agent mirrors
happens 'of four mirrors the last has what is current: it comes' follows mirrors
news
happens 'and goes on coming' follows mirrors
# Longer than it takes for all of them to be asked again.
before=$(requests frozen ' /latest')
happens 'the others are tried again' several frozen ' /latest' $((before + 2))
is "$(times mirrors "^idrevoked: ${web[down]}latest: .*; trying again")" 1 'that one is down is told once'
is "$(times mirrors "^idrevoked: ${web[wrong]}latest: .*; trying again")" 1 'that one has another key as well'
is "$(times mirrors "^idrevoked: ${web[frozen]}latest: (was not|the server)")" 1 'that one lags as well'
ok 'and in what way' said mirrors \
	"${web[frozen]}latest: (was not confirmed for [0-9]+ s, though it is to be every 2 s|the server offers an older version \(1\); ours is $version)"
is "$(times mirrors "^idrevoked: ${web[origin]}latest: the list comes from here now")" 1 \
	'where the list comes from is told'
web_again down "$feed"
happens 'the preferred one is back' said mirrors "${web[down]}latest: can be had again"
before=$(requests frozen ' /latest')
after=$(requests down ' /latest')
happens 'it is asked' several down ' /latest' $((after + 3))
is "$(requests frozen ' /latest')" "$before" 'and the others are left alone'
news
happens 'what is new comes from it' follows mirrors
stop mirrors

# A mirror that stops being brought up to date while it is in use.
cp -r "$feed" "$work/stopped"
web stopped "$work/stopped"
settings stopped "$(quoted stopped origin)"
agent stopped
happens 'a mirror that is current is enough' follows stopped
news
happens 'when it lags behind, the next one is asked' follows stopped
ok 'because it is not confirmed' said stopped \
	"${web[stopped]}latest: was not confirmed for [0-9]+ s, though it is to be every 2 s"
cp -r "$feed"/{snapshot,delta} "$work/stopped"
cp "$feed/latest" "$work/stopped/.latest"
mv "$work/stopped/.latest" "$work/stopped/latest"
happens 'when it has caught up, that is told' said stopped "${web[stopped]}latest: is current again"
stop stopped

# The same with one that holds back its answers, for longer than we would wait.
rm -r "$work/sleepy/feed"
cp -r "$feed" "$work/sleepy"
start sleepy "$agent/idrevoke-feed/idrevoke-feed" serve --store "$work/sleepy" \
	--listen 127.0.0.1:0 --certificate "$work/server.pem" --key "$work/server.key"
comes_true said sleepy '^serving on port' || bail_out 'no server'
web[sleepy]=https://127.0.0.1:$(sed -n 's/^serving on port //p' "$work/sleepy.log")/
settings patient "$(quoted sleepy origin)" 'wait = 300;'
agent patient
happens 'a server that holds back its answers is enough' follows patient
news
happens 'when it sleeps, the next one is asked, not only in the end' follows patient
ok 'because the first does not confirm' said patient "${web[sleepy]}latest: was not confirmed"
stop patient

# A mirror that has latest, but not what it leads to.
mkdir "$work/hollow" "$work/hollow/snapshot"
for file in "$feed"/snapshot/*; do
	head -c "$(stat -c %s "$file")" /dev/zero >"$work/hollow/snapshot/${file##*/}"
done
ln -s "$feed/latest" "$work/hollow/latest"
web hollow "$work/hollow"
web slow "$feed" 'location /snapshot/ { limit_rate 500; }'
head -c 100000 /dev/zero >"$work/page"
web empty "$feed" 'location /snapshot/ { return 404; }' 'error_page 404 /page;' \
	"location = /page { root $work; }"
settings hollow "$(quoted hollow slow empty origin)" 'transfer_timeout = 1;'
agent hollow
happens 'files that a mirror does not have come from another' follows hollow
is "$(times hollow "${web[hollow]}snapshot/.*: .*SHA-256 than latest says; trying again")" 1 'one has something else in their place'
is "$(times hollow "${web[slow]}snapshot/.*: .*timed out.*; trying again")" 1 'one takes too long'
is "$(times hollow "${web[empty]}snapshot/.*: the server answers with status 404; trying again")" 1 \
	'one has not got it, and a long page that says so'
stop hollow

# Many files that fail together are one failure: the agent does not give up for long.
for _ in {1..10}; do
	news
done
# Not confirmed meanwhile: each confirmation is another occasion to try.
cp -r "$feed" "$work/withheld"
web withheld "$work/withheld" 'location /delta/ { return 403; }'
settings chain "$(quoted withheld)"
cp -r "$work/static.state" "$work/chain.state"
agent chain
happens 'a chain of deltas cannot be had' several withheld ' 403 /delta' 10
happens 'and is asked for again soon' several withheld ' 403 /delta' 20
stop web_withheld
web_again withheld "$work/withheld"
happens 'when it can be had, all of it comes' follows chain
stop chain

# --- servers that say nothing

perl -MIO::Socket::INET -e '
	$| = 1;
	$socket = IO::Socket::INET->new(Listen => 9, LocalAddr => "127.0.0.1:0");
	print "port ", $socket->sockport, "\n";
	sleep 1000' >"$work/deaf.log" &
process[deaf]=$!
comes_true said deaf '^port'
web[deaf]=https://127.0.0.1:$(sed -n 's/^port //p' "$work/deaf.log")/
mkfifo "$work/silence"
sleep 1000 >"$work/silence" &
process[silence]=$!
web[mute]=https://127.0.0.1:$(free_port)/
address=${web[mute]#https://}
openssl s_server -quiet -accept "${address%/}" -cert "$work/server.pem" -key "$work/server.key" \
	<"$work/silence" >"$work/mute.log" 2>&1 &
process[mute]=$!
comes_true serves "${web[mute]}"
settings timeouts "$(quoted deaf mute origin)" 'connect_timeout = 1;' 'stall_timeout = 1;'
agent timeouts
happens 'past servers that say nothing the list comes' follows timeouts
ok 'one does not speak TLS' said timeouts "${web[deaf]}latest: .*timed? ?out.*; trying again"
ok 'one does not speak HTTP' said timeouts "${web[mute]}latest: .*(too slow|timed out).*; trying again"
stop timeouts

# A name server that says nothing: the agent's own, in a namespace of its own.
if unshare -rmn true; then
	echo 'nameserver 127.0.0.1
options timeout:30' >"$work/resolv.conf"
	settings unnamed "(\"https://feed.example/\", \"file://$feed\")" 'connect_timeout = 1;'
	# shellcheck disable=SC2016 # perl's
	start unnamed unshare -rmn sh -c 'busybox ifconfig lo up &&
		mount --bind "$1" /etc/resolv.conf && shift && exec "$@"' sh "$work/resolv.conf" \
		perl -MIO::Socket::INET -e '$^F = 99; exec @ARGV if $socket = IO::Socket::INET->new(
			Proto => "udp", LocalAddr => "127.0.0.1:53")' \
		"$agent/idrevoked/idrevoked" -c "$work/unnamed.conf"
	happens 'a name server that says nothing does not hold up the next mirror' follows unnamed
	ok 'it is told' said unnamed 'https://feed.example/latest: Resolving timed out .*; trying again'
	pid=${process[unnamed]}
	kill "$pid"
	ended() { ! kill -0 "$pid"; }
	happens 'nor the end' ended
	unset 'process[unnamed]'
else
	tap_result ok 'a name server that says nothing # SKIP no namespaces here'
fi

# --- files

mkdir "$work/a medium"
settings file "\"file://$work/a%20medium/feed/\""
agent file
happens 'a medium that is not there is waited for' said file "latest: .*Couldn't open file.*; trying again"
cp -r "$feed" "$work/a medium/feed"
happens 'when it is, the list comes' follows file
settings file "(\"file://$feed\")"
news
kill -HUP "${process[file]}"
happens 'what is new comes from there as well' follows file
stop file

ok 'no card number in what was said' test -z "$(grep -l 110101199003078881 "$work"/*.log "$work"/*.access)"
done_testing
