# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An issuer and a gateway's agent for tests in bash; to be sourced after tap.sh. All
# files are in the directory $work, which is removed in the end.

agent=$IDREVOKE_BUILD/agent
work=$(mktemp -d)
declare -A process=() waiter=()

feed() { "$agent/idrevoke-feed/idrevoke-feed" "$@"; }
idrevoked() { "$agent/idrevoked/idrevoked" "$@"; }
ctl() { "$agent/idrevokectl/idrevokectl" "$@"; }

gateway_clean_up() {
	local name
	for name in "${!process[@]}"; do
		stop "$name" KILL
	done
	rm -rf "$work"
}
trap gateway_clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start NAME COMMAND...: runs it in the background; its output goes to NAME.log
# A shell in between waits for it, so that none tells on the test's output how it ended.
start() {
	local name=$1 pid=
	shift
	rm -f "$work/pid"
	(
		"$@" &
		echo "$!" >"$work/pid"
		wait "$!"
	) >>"$work/$name.log" 2>&1 &
	waiter[$name]=$!
	until read -r pid 2>/dev/null <"$work/pid"; do
		sleep 0.001
	done
	process[$name]=$pid
}

# stop NAME [SIGNAL]: ends it and gives its status
stop() {
	local pid=${process[$1]} parent=${waiter[$1]}
	unset "process[$1]" "waiter[$1]"
	kill "-${2:-TERM}" "$pid" 2>/dev/null
	wait "$parent"
}

runs() { kill -0 "${process[$1]}" 2>/dev/null; }

# said NAME PATTERN
said() { grep -qE -- "$2" "$work/$1.log"; }

# comes SECONDS COMMAND...: waits until it succeeds
comes() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@" 2>/dev/null; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		sleep 0.01
	done
}

# until_true NAME COMMAND...: the same as a test, with a limit
patience=20
[ "${IDREVOKE_KERNEL:-debian}" = debian ] || patience=300 # slow, or not alone
until_true() {
	local name=$1
	shift
	if comes "$patience" "$@"; then
		tap_result ok "$name"
	else
		tap_result 'not ok' "$name"
		diag "not within $patience s: $*"
		diag "$(tail -n 5 "$work"/*.log)"
	fi
}

# issuer COUNT [OPTION...]: makes a store of so many cards, and publishes it
issuer() {
	local count=$1
	shift
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
		-keyout "$work/key" -out "$work/certificate" 2>/dev/null ||
		bail_out 'openssl makes no certificate'
	vkey=$(feed init --store "$work/store" --name test "$@") || bail_out 'no store'
	feed synth --store "$work/store" --count "$count" --seed 1 >/dev/null || bail_out 'no cards'
	feed publish --store "$work/store" >/dev/null || bail_out 'nothing is published'
}

# settings: the agent's configuration, for a feed at $port
settings() {
	printf '%s\n' "url = \"https://127.0.0.1:$port\";" "root_key = \"$vkey\";" \
		"ca = \"$work/certificate\";" "state = \"${state:=$work/state}\";" >"$work/conf"
}

# serve: the feed, at $port or a free one, and a configuration of the agent for it
serve() {
	start server "$agent/idrevoke-feed/idrevoke-feed" serve --store "$work/store" \
		--listen "127.0.0.1:${port:-0}" --certificate "$work/certificate" --key "$work/key"
	comes 20 said server 'serving on port' || bail_out "no server: $(cat "$work/server.log")"
	port=$(sed -n 's/^serving on port //p' "$work/server.log" | tail -n 1)
	settings
}

# run_agent [NAME]: in the background
run_agent() {
	start "${1:-agent}" "$agent/idrevoked/idrevoked" -c "$work/conf"
}

# publish COMMAND NUMBER [OPTION...]: an event, published
publish() {
	local command=$1 number=$2
	shift 2
	feed "$command" --store "$work/store" --by test --why test --publish "$@" <<<"$number"
}

# What each of the three counts: version, count and digest in a line.
three() { grep -E '^(version|count|digest) ' | paste -sd' '; }
of_issuer() { feed show --store "$work/store" --recount | three; }
of_state() { ctl verify --state "${1:-$state}" --key "$vkey" | three; }
of_kernel() { ctl verify | three; }

# put_down: adds the list that is published now to $work/published, as a recount has it
put_down() {
	local key value line=
	while read -r key value; do
		case $key in
		version | count) line+="$key $value " ;;
		digest) echo "$line$key $value" ;;
		esac
	done <"$work/store/feed/latest" >>"$work/published"
}

# state_is RECOUNT: the state directory makes up that list
state_is() { [ "$(of_state)" = "$1" ]; }

state_files() { (cd "$state" && find . -type f | sort); }
