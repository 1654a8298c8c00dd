#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# idrevoked as a service: the service manager, the journal and a scraper listen. The
# journal is systemd's own, in a mount namespace of this test.
# shellcheck source=tests/lib/tap.sh disable=SC2317 # functions are called by name
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"

if [ -z "${IDREVOKE_NAMESPACE-}" ]; then
	export IDREVOKE_NAMESPACE=yes
	[ "$(id -u)" -eq 0 ] || options=(--user --map-root-user)
	exec unshare --mount "${options[@]}" "$(readlink -f "$0")"
fi
mount -t tmpfs -o mode=755 tmpfs /run || bail_out 'no mount namespace'
[ ! -e /sys/module/idrevoke ] || bail_out 'this machine has a list of its own in its kernel'

# shellcheck source=tests/lib/agent.sh
. "$IDREVOKE_TOP/tests/lib/agent.sh"
sources=$IDREVOKE_TOP/agent/idrevoked
card=110101199003078881

# --- help, manual page, completion, unit

idrevoked() { "$agent/idrevoked/idrevoked" "$@"; }

help=$(idrevoked --help)
ok 'the help has at most 24 lines' test "$(wc -l <<<"$help")" -le 24
is "$(awk 'length > 80' <<<"$help")" '' 'of at most 80 columns'

# What is installed on this machine is no matter of style.
is "$(mandoc -T lint "$sources/idrevoked.8" 2>&1 | grep -v 'referenced manual not found\|outdated mandoc.db')" \
	'' 'the manual page is clean'
is "$(grep -oE '\b[0-9a-f]{32}\b' "$sources/messages.h" | sort)" \
	"$(grep -oE '^\.It Li [0-9a-f]{32}$' "$sources/idrevoked.8" | cut -c8- | sort)" \
	'it lists every MESSAGE_ID, and no other'
is "$(grep -oE '\b[0-9a-f]{32}\b' "$sources/messages.h" | sort | uniq -d)" '' 'none has two meanings'

complete_line() {
	(
		. "$sources/idrevoked.bash-completion"
		compopt() { :; }
		COMP_WORDS=(idrevoked "$@") COMP_CWORD=$#
		"$(complete -p idrevoked | sed 's/.*-F \([^ ]*\).*/\1/')"
		printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd ' '
	)
}
is "$(complete_line -)" '--config --help --test -c -h -t' 'completion: the options'
is "$(complete_line --t)" '--test' 'completion: one option'
is "$(complete_line -c "$sources/idrevoked.ba")" "$sources/idrevoked.bash-completion" \
	'completion: a file'

sed "s#/usr/sbin/idrevoked#$agent/idrevoked/idrevoked#" "$sources/idrevoked.service" \
	>"$work/idrevoked.service"
is "$(systemd-analyze verify --man=no "$work/idrevoked.service" 2>&1)" '' 'the unit file is clean'
exposure=$(systemd-analyze security --offline=true "$work/idrevoked.service" 2>/dev/null | tail -n 1)
diag "systemd-analyze security: ${exposure#* }"
ok 'systemd can judge what the unit is exposed to' \
	systemd-analyze security --offline=true --threshold=20 "$work/idrevoked.service"
said_sysusers=$(systemd-sysusers --dry-run --root="$work" "$sources/idrevoke.sysusers" 2>&1)
like "$said_sysusers" "user 'idrevoked'" 'sysusers: the user of the service'
like "$said_sysusers" "group 'idrevoke'" 'sysusers: the group of the device'

# --- the address of the metrics

# address TEXT: what -t says of it, and its status
address() {
	printf '%s\n' 'url = "https://127.0.0.1:1/";' "root_key = \"$stranger\";" "metrics = \"$1\";" >"$work/conf"
	idrevoked -t -c "$work/conf" 2>&1
	echo "status $?"
}
# Of an example in the specification of signed notes.
stranger='PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
for good in /run/x.sock 127.0.0.1:9464 127.1.2.3:1 '[::1]:65535'; do
	is "$(address "$good")" 'status 0' "metrics at $good"
done
for bad in 0.0.0.0:9464 192.0.2.1:9464 '[::]:9464' '[2001:db8::1]:9464' localhost:9464 \
	127.0.0.1 127.0.0.1: 127.0.0.1:0 127.0.0.1:65536 127.0.0.1:9464x :9464 9464 x.sock; do
	like "$(address "$bad")" 'conf:3: metrics must be .* loopback .*status 1' "metrics not at $bad"
done
like "$(address "/$(printf %0107d 0)")" 'metrics must be a path of at most 107 bytes.*status 1' \
	'nor at a path that is too long'

# --- journal, service manager, scraper

mkdir -p /run/systemd/journald.conf.d
printf '%s\n' '[Journal]' Storage=volatile ReadKMsg=no Audit=no RateLimitBurst=0 \
	>/run/systemd/journald.conf.d/test.conf
start journald /lib/systemd/systemd-journald
happens 'a journal' test -S /run/systemd/journal/socket

# journal ID FIELD [MATCH...]: the field of each message with this id; "*": none
journal() {
	local id=$1 field=$2
	shift 2
	# shellcheck disable=SC2016 # perl's
	journalctl -q -o json MESSAGE_ID="$(id_of "$id")" "$@" | FIELD=$field \
		perl -MJSON::PP -ne 'print decode_json($_)->{$ENV{FIELD}} // "*", "\n"'
}
# logged ID FIELD VALUE [MATCH...]
logged() {
	local id=$1 field=$2 value=$3
	shift 3
	journal "$id" "$field" "$@" | grep -qx -- "$value"
}
socket=$work/metrics.sock
scrape_socket() {
	scrape --unix-socket "$socket" http://localhost/metrics
}
# measured NAME TEST VALUE: as of test(1)
measured() {
	scrape_socket && test "$(sample "$1")" "$2" "$3"
}
# Standard error is the journal's, and JOURNAL_STREAM says so, as for a service.
# shellcheck disable=SC2016 # the inner shell's
in_journal='export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); exec "$@"'
run_agent() {
	export NOTIFY_SOCKET=$work/notify.sock WATCHDOG_USEC=200000
	exec systemd-cat -t idrevoked bash -c "$in_journal" bash \
		"$agent/idrevoked/idrevoked" -c "$work/$1"
}

start_manager
make_issuer 1000 --confirm-every 1
start_issuer
state=/run/disk
mkdir "$state"
mount -t tmpfs tmpfs "$state" || bail_out 'no file system for the state'
settings conf "state = \"$state/list\";" "metrics = \"$socket\";" 'poll = 1;'
start agent run_agent conf

happens 'READY=1' notified READY=1
happens 'STATUS says what is waited for' notified 'STATUS=Waiting for the kernel module idrevoke.'
happens 'WATCHDOG=1' notified WATCHDOG=1
happens 'journal: the module is absent' logged MODULE_ABSENT PRIORITY 4
is "$(journal MODULE_ABSENT SYSLOG_IDENTIFIER)" idrevoked 'journal: by whom'
is "$(journal MODULE_ABSENT _TRANSPORT)" journal 'journal: in its own protocol'
like "$(journal MODULE_ABSENT CODE_FILE) $(journal MODULE_ABSENT CODE_LINE) $(journal MODULE_ABSENT CODE_FUNC)" \
	'^idrevoked/kernel\.c [0-9]+ [a-z_]+$' 'journal: where in the sources'
like "$(journal METRICS_WORK MESSAGE)" "$socket" 'journal: where the metrics are'

happens 'metrics: the feed is known' measured idrevoke_feed_version -eq 1
happens 'metrics: and saved' measured idrevoke_state_saved -eq 1
ok 'the socket is for user and group' test "$(stat -c '%F %a' "$socket")" = 'socket 660'
is "$(sample idrevoke_module_loaded)" 0 'metrics: no module'
is "$(sample 'idrevoke_list_state{idrevoke_list_state="NOT_READY"}')" 1 'metrics: so not ready'
is "$(sample idrevoke_list_version)" '' 'metrics: nothing about a list that is not there'
is "$(sample idrevoke_feed_reachable)" 1 'metrics: the feed is reachable'
is "$(sample idrevoke_feed_numbers)" "$(feed show --store "$work/store" | sed -n 's/^count //p')" \
	'metrics: how many numbers'
ok 'metrics: it was so just now' \
	test $(($(date +%s) - $(sample idrevoke_feed_success_timestamp_seconds))) -lt 60
ok 'metrics: started a while ago' \
	test $(($(date +%s) - $(sample process_start_time_seconds))) -lt 600
is "$(sample 'idrevoke_feed_payload_bytes_total{kind="snapshot"}')" \
	"$(find "$work/store/feed/snapshot" -type f -printf '%s\n')" 'metrics: bytes of the snapshot'
is "$(sample idrevoke_state_saves_total | grep -c '^[1-9]')" 1 'metrics: saves'
is "$(grep -vE '^(#|$)' "$work/text" | sed 's/[{ ].*//' | sort -u | while read -r name; do
	grep -qw "Sy $name" "$sources/idrevoked.8" || echo "$name"
done)" '' 'the manual page explains every metric'

# What the parser is worth.
parses() {
	sed "$1" "$work/text" | "$IDREVOKE_TOP/tests/lib/openmetrics"
}
# shellcheck disable=SC2016 # sed's
for fault in '$d' '/^# TYPE idrevoke_commits /d' 's/^# UNIT \([a-z_]*\) bytes/# UNIT \1 seconds/' \
	's/_total / /' '/^idrevoke_build_info/p' 's/="network"/="network/' 's/^# EOF/&\n/' \
	's/^idrevoke_module_loaded 0/idrevoke_module_loaded/' 's/^\(idrevoke_reloads_total\) 0/\1 -1/'; do
	exits 1 "the parser sees a fault: $fault" parses "$fault"
done

# status METHOD PATH: of the answer
status() {
	curl -s -o /dev/null -w '%{http_code}' -X "$1" --unix-socket "$socket" "http://localhost$2"
}
is "$(curl -s -o /dev/null -w '%{content_type}' --unix-socket "$socket" http://localhost/metrics)" \
	'application/openmetrics-text; version=1.0.0; charset=utf-8' 'the content type'
is "$(status GET /)" 404 'another path'
is "$(status GET /metrics/x)" 404 'a longer path'
is "$(status POST /metrics)" 405 'POST'
is "$(status PUT /metrics)" 405 'PUT'
is "$(status DELETE /metrics)" 405 'DELETE'
is "$(curl -s -o /dev/null -w '%{http_code}' -d "@$work/text" --unix-socket "$socket" http://localhost/metrics)" \
	405 'POST with a body'
ok 'and it still answers' scrape_socket

# --- the feed fails

failures() {
	measured "idrevoke_feed_failures_total{cause=\"$1\"}" -ge 1
}
reload() {
	kill -HUP "${process[agent]}"
}

# put LATEST: in the place of the one that is served
put() {
	cp "$1" "$work/store/feed/.put"
	mv "$work/store/feed/.put" "$work/store/feed/latest"
}

stop issuer
happens 'STATUS: the feed cannot be had' \
	notified 'STATUS=Waiting for the kernel module idrevoke\. The feed cannot be had: .*'
happens 'journal: the feed cannot be had' logged FEED_FAILED IDREVOKE_URL "https://127.0.0.1:$port/"
happens 'metrics: not reachable' measured idrevoke_feed_reachable -eq 0
happens 'metrics: the network failed' failures network

# While nobody serves it, a delta is published and damaged.
cp "$work/store/feed/latest" "$work/older"
ok 'a report' event report "$card" --lost
delta=$(find "$work/store/feed/delta" -type f)
cp "$delta" "$work/delta"
printf X | dd of="$delta" bs=1 seek=20 conv=notrunc status=none
start_issuer "$port"
happens 'metrics: another SHA-256 than was signed' failures digest
happens 'journal: what the feed offers was refused' logged FEED_REFUSED IDREVOKE_CAUSE digest
is "$(journal FEED_REFUSED IDREVOKE_PATH IDREVOKE_CAUSE=digest | sort -u)" "delta/${delta##*/}" \
	'journal: which file'
echo more >>"$delta"
happens 'metrics: longer than was signed' failures size
cp "$work/delta" "$delta"
happens 'metrics: what was signed is saved' measured idrevoke_state_saved -eq 1
is "$(sample idrevoke_feed_version)" 2 'metrics: its version'
is "$(sample 'idrevoke_feed_payload_bytes_total{kind="delta"}' | grep -c '^[1-9]')" 1 \
	'metrics: bytes of deltas'
happens 'journal: the feed can be had again' \
	logged FEED_WORKS IDREVOKE_URL "https://127.0.0.1:$port/"
happens 'metrics: reachable' measured idrevoke_feed_reachable -eq 1
like "$(tail -n 1 <(grep STATUS= "$work/notify.log"))" 'module idrevoke\.$' 'STATUS: no word of the feed'

put "$work/older"
happens 'metrics: an older version' failures older
happens 'journal: refused' logged FEED_REFUSED IDREVOKE_URL "https://127.0.0.1:$port/" IDREVOKE_CAUSE=older
ok 'a withdrawal' event withdraw "$card"
happens 'metrics: a newer one' measured idrevoke_feed_version -eq 3

ok 'somebody else, of the same name' feed init --store "$work/other" --name test
ok 'publishes as well' feed publish --store "$work/other"
cp "$work/store/feed/latest" "$work/newest"
put "$work/other/feed/latest"
happens 'metrics: a signature of somebody else' failures signature
happens 'journal: refused' logged FEED_REFUSED IDREVOKE_CAUSE signature
put "$work/newest"

# --- reloading

usual=("state = \"$state/list\";" "metrics = \"$socket\";" 'poll = 1;')
settings conf "url = \"https://127.0.0.1:$port/nowhere\";" "${usual[@]}"
reload
happens 'RELOADING=1' notified RELOADING=1
happens 'with the time' notified 'MONOTONIC_USEC=[1-9][0-9]*'
ready_again() {
	test "$(grep -c '^READY=1' "$work/notify.log")" -eq 2
}
happens 'and READY=1' ready_again
happens 'journal: read again' logged CONFIGURATION_READ IDREVOKE_PATH "$work/conf"
happens 'metrics: an HTTP status' failures status
happens 'journal: the same' logged FEED_FAILED IDREVOKE_CAUSE status
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
	-subj /CN=other -keyout "$work/other_key" -out "$work/other_ca" 2>/dev/null
settings conf "ca = \"$work/other_ca\";" "${usual[@]}"
reload
happens 'metrics: an authority that is not known' failures tls
settings conf "root_key = \"$stranger\";" "${usual[@]}"
reload
happens 'journal: the key of another feed' logged CONFIGURATION_REFUSED PRIORITY 3
happens 'metrics: a reload that failed' measured idrevoke_reload_failures_total -eq 1
settings conf "url = (\"https://127.0.0.1:1/\", \"https://127.0.0.1:$port/\");" "${usual[@]}"
reload
happens 'journal: a mirror that cannot be had' logged FEED_FAILED IDREVOKE_URL https://127.0.0.1:1/
happens 'metrics: another one can' measured idrevoke_feed_reachable -eq 1
seen=$(sample 'idrevoke_feed_failures_total{cause="network"}')
happens 'metrics: the first one is tried again' measured 'idrevoke_feed_failures_total{cause="network"}' -gt "$seen"
is "$(sample idrevoke_feed_reachable)" 1 'metrics: which changes nothing'
settings conf 'poll = "soon";' "${usual[@]}"
reload
happens 'metrics: a bad configuration' measured idrevoke_reload_failures_total -eq 2
is "$(journal CONFIGURATION_REFUSED PRIORITY | wc -l)" 2 'journal: the same'
is "$(sample idrevoke_reloads_total)" 3 'metrics: of five reloads'

tcp=$(free_port)
for address in "127.0.0.1:$tcp" "[::1]:$tcp"; do
	settings conf "metrics = \"$address\";" "${usual[@]}"
	reload
	happens "metrics at $address" scrape "http://$address/metrics"
	ok 'and not at the socket any more' test ! -e "$socket"
done
settings conf "${usual[@]:0:1}"
reload
gone() {
	! curl -s "http://[::1]:$tcp/metrics"
}
happens 'metrics nowhere' gone

# --- who else is at the socket

settings conf "${usual[@]}"
echo precious >"$socket"
reload
happens 'journal: a file that is no socket is in the way' \
	logged METRICS_FAILED ERRNO "$(perl -MErrno -e 'print Errno::ENOTSOCK')"
is "$(cat "$socket")" precious 'and is left alone'
rm "$socket"
happens 'which ends by itself' scrape_socket
settings conf "${usual[@]:0:1}"
reload
happens 'nobody is there' test ! -e "$socket"
# shellcheck disable=SC2016 # perl's
start other perl -MIO::Socket::UNIX -e \
	'$s = IO::Socket::UNIX->new(Listen => 1, Local => $ARGV[0]); sleep 600' "$socket"
happens 'somebody else is there' test -S "$socket"
settings conf "${usual[@]}"
reload
happens 'journal: an address that is in use' \
	logged METRICS_FAILED ERRNO "$(perl -MErrno -e 'print Errno::EADDRINUSE')"
stop other KILL
ok 'who is dead now, and has left a socket' test -S "$socket"
happens 'which is replaced' scrape_socket

# --- the state cannot be saved

mount -o remount,bind,ro "$state" || bail_out 'the file system cannot be made read-only'
ok 'another report' event report "$card" --lost
happens 'journal: a read-only state' \
	logged STATE_FAILED ERRNO "$(perl -MErrno -e 'print Errno::EROFS')"
happens 'metrics: the same' measured idrevoke_state_save_failures_total -ge 1
is "$(sample idrevoke_state_saved)" 0 'metrics: not saved'
mount -o remount,bind,rw "$state"
happens 'journal: saved again' logged STATE_WORKS IDREVOKE_PATH "$state/list"
happens 'metrics: the same' measured idrevoke_state_saved -eq 1

# --- the end

stop agent
is $? 0 'SIGTERM ends it'
happens 'STOPPING=1' notified STOPPING=1
ok 'its socket is gone' test ! -e "$socket"

# Standard error was one stream of the journal for whoever started it, and is another.
elsewhere() {
	settings missing 'poll = 0;' "${usual[@]}"
	systemd-cat bash -c "$in_journal" bash systemd-cat -t elsewhere \
		"$agent/idrevoked/idrevoked" -t -c "$work/missing"
}
exits 1 'a bad configuration, standard error elsewhere' elsewhere
journalctl -q --sync
like "$(journalctl -q -o cat -t elsewhere _TRANSPORT=stdout)" \
	'^idrevoked: .*missing:[1-6]: poll must be a number' 'is told there in a plain line'

is "$(journalctl -q -o export | grep -c "$card")" 0 'no card number in the journal'
is "$(cat "$work"/text "$work"/*.log | grep -c "$card")" 0 'nor elsewhere'
done_testing
