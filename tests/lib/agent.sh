# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An issuer with a server of its own, and what an agent tells others of itself; to be
# sourced after tap.sh, for tests that run idrevoked.

# shellcheck source=tests/lib/processes.sh
. "$IDREVOKE_TOP/tests/lib/processes.sh"
agent=$IDREVOKE_BUILD/agent

feed() { "$agent/idrevoke-feed/idrevoke-feed" "$@"; }
ctl() { "$agent/idrevokectl/idrevokectl" "$@"; }

# make_issuer COUNT [OPTION of init...]: a store, published, and its $vkey
make_issuer() {
	local count=$1
	shift
	{
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
			-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
			-keyout "$work/key" -out "$work/certificate" &&
			feed init --store "$work/store" --name test "$@" &&
			feed synth --store "$work/store" --count "$count" --seed 1 &&
			feed publish --store "$work/store"
	} >"$work/make_issuer.log" 2>&1 || bail_out "no issuer: $(cat "$work/make_issuer.log")"
	vkey=$(feed show --store "$work/store" | sed -n 's/^key //p')
}

# start_issuer [PORT]: serves the feed, at $port; has confirmed it when this returns
start_issuer() {
	touch "$work/before"
	start issuer "$agent/idrevoke-feed/idrevoke-feed" serve --store "$work/store" \
		--listen "127.0.0.1:${1:-0}" --certificate "$work/certificate" --key "$work/key"
	happens 'the issuer serves' said issuer 'serving on port'
	happens 'and has confirmed' test "$work/store/feed/latest" -nt "$work/before"
	port=$(sed -n 's/^serving on port //p' "$work/issuer.log" | tail -n 1)
}

# settings NAME [LINE...]: a configuration for that issuer, these lines instead of ours
settings() {
	local name=$1 line
	shift
	for line in "$@" "url = \"https://127.0.0.1:$port\";" "root_key = \"$vkey\";" \
		"ca = \"$work/certificate\";" "state = \"$work/state\";"; do
		printf '%s\n' "$line"
	done | awk '!($1 in seen) { print } { seen[$1] = 1 }' >"$work/$name"
}

# event COMMAND NUMBER [OPTION...]: something is reported and published
event() {
	local command=$1 number=$2
	shift 2
	feed "$command" --store "$work/store" --by test --why test --publish "$@" <<<"$number"
}

# start_manager: the service manager's end, at $work/notify.sock
start_manager() {
	rm -f "$work/notify.sock" "$work/notify.log"
	start notify "$IDREVOKE_TOP/tests/lib/notify" "$work/notify.sock"
	happens 'a service manager listens' test -S "$work/notify.sock"
}

# notified LINE: it was, as a regular expression for the whole line
notified() {
	grep -qxE -- "$1" "$work/notify.log"
}

# scrape CURL-ARGUMENT...: the metrics, if they are what they should be: as a text to
# $work/text, as samples to $work/metrics
scrape() {
	curl -sf -o "$work/text" "$@" &&
		"$IDREVOKE_TOP/tests/lib/openmetrics" <"$work/text" >"$work/metrics"
}

# sample NAME: its value in $work/metrics
sample() {
	awk -v name="$1" '$1 == name { print $2 }' "$work/metrics"
}

# id_of NAME: the MESSAGE_ID of messages.h
id_of() {
	sed -n "s/^#define MESSAGE_$1 \"\(.*\)\"$/\1/p" "$IDREVOKE_TOP/agent/idrevoked/messages.h"
}
