#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bad input, and what the agent makes of it: it says what is wrong and where, loses
# nothing, and is current by itself when the input is good again. Where what is
# tested:
#
#	wrong key		hostile_feed.t: other-key, wrong-signature, no-signature
#				hostile_state.t: a state directory of another key
#	expired latest		hostile_feed.t; vm/hostile.t: STALE, never CLEAR
#	digest, count mismatch	hostile_feed.t: *-digest, *-count; vm/hostile.t
#	older version		hostile_feed.t; vm/hostile.t
#	truncated file		here: cut short; nginx; hostile_feed.t: cut
#	oversized file		here: too long, without end; hostile_feed.t:
#				stored-enormous, too-long
#	gzip or zstd bomb	here: gzip bomb; hostile_feed.t: bomb, large-window
#	endless header		here: header, preliminary answers
#	redirect		here: redirect; nginx
#	certificate		here: handshake; nginx
#	full disk, read-only	hostile_state.t; vm/hostile.t
#	state of another feed	hostile_state.t
#	configuration, CSV	agent.t, feed.t
#
# This file: servers. A hostile one (tests/hostile/server.c), and nginx.
# shellcheck source=tests/lib/tap.sh disable=SC2317 # functions are called by name
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
# shellcheck source=tests/lib/hostile.sh
. "$IDREVOKE_TOP/tests/lib/hostile.sh"

issuer_and_server

# --- what takes time: each with an agent of its own, while the rest goes on

# slow NAME RULE: an agent whose feed lies below /NAME/
slow() {
	local name=$1
	ln -s . "$store/feed/$name"
	standing_rules+=("/$name/$2")
	settings "$name" "url = \"https://127.0.0.1:$port/$name/\";" 'wait = 1;'
	rules
	run_agent "$name"
}
slow silent_latest 'latest silence'
slow slow_latest 'latest drip'
slow silent_snapshot 'snapshot/* silence'
slow slow_snapshot 'snapshot/* drip'

# --- latest

settings agent
run_agent agent
happens 'a good server: the list comes' follows

# bad_server NAME PATTERN RULE: under this rule the agent says something of this
# pattern, and keeps what it has; afterwards it is current again
bad_server() {
	local name=$1 pattern=$2 rule=$3 before
	before=$(kept)
	mark
	rules "$rule"
	[[ $rule != '/*/*'* ]] || news
	happens "$name: it says so" heard "$pattern"
	is "$(kept)" "$before" "$name: nothing is lost"
	rules
	[[ $rule == '/*/*'* ]] || news
	happens "$name: current again afterwards" follows
}

site=https://127.0.0.1:$port
latest="$site/latest: "
bad_server 'latest cut short' "$latest.*(closed|EOF|eof)" '/latest truncate 100'
bad_server 'latest cut short, not announced' "${latest}not a signed note" '/latest cut 100'
bad_server 'latest shorter than announced' "$latest.*(closed|EOF|eof)" '/latest length 60000'
bad_server 'latest longer than announced' "${latest}not a signed note" '/latest length 100'
bad_server 'latest too long' "$latest.*longer" '/latest longer 100000'
bad_server 'latest too long, not announced' "$latest.*longer" '/latest unannounced 100000'
bad_server 'a length below zero' "$latest.*Content-Length" '/latest length -5'
bad_server 'a length that is no number' "$latest.*Content-Length" '/latest length many'
bad_server 'an enormous length' "$latest.*longer" '/latest length 99999999999999999999999'
bad_server 'chunks without end' "$latest.*longer" '/latest chunked'
bad_server 'a body without end' "$latest.*longer" '/latest endless 200'
bad_server 'an error page without end' "$latest.*status 503" '/latest endless 503'
bad_server 'a header line without end' "$latest.*header" '/latest header-line'
bad_server 'header lines without end' "$latest.*header of the answer is longer than" '/latest header-lines'
bad_server 'preliminary answers without end' "$latest.*header" '/latest informational'
head -c 60000000 /dev/zero | gzip >"$work/bomb.gz"
bad_server 'a gzip bomb' "${latest}not a signed note" "/latest encoded $work/bomb.gz"
bad_server 'a flipped bit' "${latest}a signature is wrong" '/latest damage 20'
bad_server 'status 500' "$latest.*status 500" '/latest status 500'
bad_server 'status 503' "$latest.*status 503" '/latest status 503'
bad_server 'status 504' "$latest.*status 504" '/latest status 504'
bad_server 'status 404' "$latest.*status 404" '/latest status 404'
bad_server 'status 204' "$latest.*status 204" '/latest bare 204'
bad_server 'a page of HTML' "${latest}not a signed note" '/latest status 200'
bad_server 'an empty answer' "${latest}not a signed note" '/latest bare 200'
bad_server 'redirect to http' "$latest.*redirect.* http://127.0.0.1:$port/elsewhere" \
	"/latest redirect http://127.0.0.1:$port/elsewhere"
bad_server 'redirect to file' "$latest.*redirect.* file:///etc/hostname" \
	'/latest redirect file:///etc/hostname'
bad_server 'redirect to another server' "$latest.*redirect.* https://localhost:$port/elsewhere" \
	"/latest redirect https://localhost:$port/elsewhere"
is "$(grep -c elsewhere "$work/server.log")" 0 'no redirect was followed'
bad_server 'what is no HTTP' "$latest.*HTTP" '/latest garbage'

# More than was announced stays unread, so it does no harm.
rules '/latest surplus 1000'
news
happens 'more than announced is cut off: current' follows
rules

# An agent that has no list yet cannot have asked whether it has changed.
ln -s . "$store/feed/unasked"
standing_rules+=('/unasked/latest bare 304')
rules
settings unasked "url = \"$site/unasked/\";"
run_agent unasked
heard_from=0
happens 'status 304 that was not asked for: it says so' heard "$site/unasked/latest: .*not asked" unasked
standing_rules=("${standing_rules[@]:0:${#standing_rules[@]}-1}")
rules
happens 'status 304 that was not asked for: current again afterwards' follows unasked
stop unasked

# --- what took time

heard_from=0
late='(slow|timed out|timeout|no data)'
happens 'latest: silence: it says so' heard "/silent_latest/latest: .*$late" silent_latest
happens 'latest: one byte a second: it says so' heard "/slow_latest/latest: .*$late" slow_latest
happens 'snapshot: silence: it says so' heard "/snapshot/.*: .*$late" silent_snapshot
happens 'snapshot: one byte a second: it says so' heard "/snapshot/.*: .*$late" slow_snapshot
standing_rules=()
rules
for name in silent_latest slow_latest silent_snapshot slow_snapshot; do
	happens "$name: current afterwards" follows "$name"
	stop "$name"
done

# --- the handshake

signed_certificate other DNS:other.example
certificate unknown authority -addext subjectAltName=IP:127.0.0.1
faketime -f -10d openssl version >/dev/null || bail_out 'no faketime'
openssl() { faketime -f -10d openssl "$@"; }
signed_certificate expired IP:127.0.0.1
unset -f openssl
bad_server 'handshake: certificate of another host' "$latest.*(certificate|subject name)" \
	"handshake certificate $work/other.pem"
bad_server 'handshake: certificate that has expired' "$latest.*certificate has expired" \
	"handshake certificate $work/expired.pem"
bad_server 'handshake: certificate of an unknown authority' "$latest.*certificate" \
	"handshake certificate $work/unknown.pem"
bad_server 'handshake: TLS 1.1' "$latest.*(version|protocol)" 'handshake old'
bad_server 'handshake: hangs up' "$latest.*(EOF|eof|closed|SSL|TLS)" 'handshake close'
bad_server 'handshake: silence' "$latest.*(timed out|timeout)" 'handshake silence'

# --- payloads: deltas, and now and then a snapshot

payload="$site/(delta|snapshot)/[0-9a-f-]*.zst: "
bad_server 'payload cut short' "$payload.*(closed|EOF|eof)" '/*/* truncate 20'
bad_server 'payload cut short, not announced' "$payload.*not as long as latest says" '/*/* cut 20'
bad_server 'payload too long' "$payload.*longer" '/*/* longer 1000'
bad_server 'payload too long, not announced' "$payload.*longer" '/*/* unannounced 1000'
bad_server 'payload without end' "$payload.*longer" '/*/* chunked'
bad_server 'payload with a flipped bit' "$payload.*another SHA-256" '/*/* damage 50'
bad_server 'payload: a gzip bomb' "$payload.*longer" "/*/* encoded $work/bomb.gz"
bad_server 'payload: status 404' "$payload.*status 404" '/*/* status 404'
bad_server 'payload: an error page without end' "$payload.*status 503" '/*/* endless 503'
bad_server 'payload: status 304' "$payload.*not asked" '/*/* bare 304'
bad_server 'payload: a page of HTML' "$payload.*not as long as latest says" '/*/* status 200'
bad_server 'payload: a redirect' "$payload.*redirect.* http://127.0.0.1:$port/elsewhere" \
	"/*/* redirect http://127.0.0.1:$port/elsewhere"
bad_server 'payload: header lines without end' "$payload.*header of the answer is longer than" '/*/* header-lines'
bad_server 'payload: silence' "$payload.*(slow|timed out|timeout|no data)" '/*/* silence'

snapshot="$site/snapshot/[0-9a-f-]*.zst: "
settings fresh
heard_from=0
for rule in truncate\ 500 damage\ 500 chunked status\ 404; do
	rules "/snapshot/* $rule"
	rm -rf "$work/fresh" "$work/fresh.log"
	run_agent fresh
	happens "snapshot, $rule: it says so" heard "$snapshot" fresh
	ok "snapshot, $rule: nothing is kept" test ! -e "$work/fresh/latest"
	rules
	happens "snapshot, $rule: current afterwards" follows fresh
	stop fresh
done

# --- nginx, as Debian has it

nginx_port=$(perl -MIO::Socket::INET -e \
	'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
nginx=https://127.0.0.1:$nginx_port
mkdir -p "$work/www/mirror" "$work/www/listing" "$work/www/missing"
echo 'of no interest' >"$work/www/listing/index.txt"
standing_rules+=('/never/* silence')
rules
cat >"$work/nginx.conf" <<END
daemon off;
master_process off;
pid $work/nginx.pid;
error_log $work/nginx.error;
events {
}
http {
	access_log off;
	client_body_temp_path $work/temp;
	proxy_temp_path $work/temp;
	fastcgi_temp_path $work/temp;
	uwsgi_temp_path $work/temp;
	scgi_temp_path $work/temp;
	server {
		listen 127.0.0.1:$nginx_port ssl;
		listen 127.0.0.2:$nginx_port ssl;
		ssl_certificate $work/good.crt;
		ssl_certificate_key $work/good.key;
		root $work/www;
		location /redirect/ {
			return 301 http://127.0.0.1:$nginx_port/mirror/latest;
		}
		location /unavailable/ {
			return 503;
		}
		# its own server does not answer, or is not there
		location /late/ {
			proxy_pass https://127.0.0.1:$port/never/;
			proxy_read_timeout 1s;
		}
		location /gone/ {
			proxy_pass https://127.0.0.1:1/;
		}
		location = /listing/latest {
			rewrite ^ /listing/ last;
		}
		location /listing/ {
			autoindex on;
		}
	}
}
END

# mirror: what nginx serves becomes what the issuer published, latest last
mirror() {
	cp -rP "$store/feed/snapshot" "$store/feed/delta" "$work/www/mirror"
	cp "$store/feed/latest" "$work/www/mirror/.latest"
	mv "$work/www/mirror/.latest" "$work/www/mirror/latest"
}
# fetch_from URL: the agent is told to
fetch_from() {
	settings agent "url = \"$1\";"
	kill -HUP "${process[agent]}"
}
# bad_nginx NAME PATTERN URL: as bad_server
bad_nginx() {
	local name=$1 pattern=$2 url=$3 before
	before=$(kept)
	mark
	fetch_from "$url"
	happens "nginx: $name: it says so" heard "$url.*: $pattern"
	is "$(kept)" "$before" "nginx: $name: nothing is lost"
	news
	mirror
	fetch_from "$nginx/mirror/"
	happens "nginx: $name: current again afterwards" follows
}

mirror
start nginx /usr/sbin/nginx -p "$work" -c "$work/nginx.conf"
comes_true curl -sf --cacert "$work/ca.crt" -o "$work/downloaded" "$nginx/mirror/latest" ||
	bail_out "nginx: $(cat "$work/nginx.error" "$work/nginx.log")"
fetch_from "$nginx/mirror/"
news
mirror
happens 'nginx: current' follows
bad_nginx 'certificate of another host' '.*(certificate|subject name)' \
	"https://127.0.0.2:$nginx_port/mirror/"
bad_nginx 'a redirect to http' ".*redirect.* http://127.0.0.1:$nginx_port/mirror/latest" \
	"$nginx/redirect/"
bad_nginx 'status 503' '.*status 503' "$nginx/unavailable/"
bad_nginx 'status 504' '.*status 504' "$nginx/late/"
bad_nginx 'status 502' '.*status 502' "$nginx/gone/"
bad_nginx 'status 404' '.*status 404' "$nginx/missing/"
bad_nginx 'a listing instead of latest' 'not a signed note' "$nginx/listing/"

# Cut after it was published, as by a mirror whose disk is full.
before=$(kept)
mark
news
newest=$(find "$store/feed/delta" -name "*-$version-*")
head -c 50 "$newest" >"$work/www/mirror/delta/${newest##*/}"
cp "$store/feed/latest" "$work/www/mirror/.latest"
mv "$work/www/mirror/.latest" "$work/www/mirror/latest"
happens 'nginx: a file that is cut: it says so' heard \
	"$nginx/mirror/delta/${newest##*/}: the payload is not as long as latest says"
is "$(kept)" "$before" 'nginx: a file that is cut: nothing is lost'
mirror
happens 'nginx: a file that is cut: current again afterwards' follows

ok 'the agent is still the same process' kill -0 "${process[agent]}"
memory_bounded 'the agent'
is "$(grep -l "$card" "$work"/*.log)" '' 'no card number in what was said'
done_testing
