# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An issuer's store, the hostile server, and an agent, for the tests of bad input;
# to be sourced after tap.sh or guest.sh. Every agent has a name: its configuration
# is $work/NAME.conf, its state directory $work/NAME, its output $work/NAME.log. The
# one called agent is that of most cases.

# shellcheck source=tests/lib/processes.sh
. "$IDREVOKE_TOP/tests/lib/processes.sh"

tools=$IDREVOKE_BUILD/agent
hostile=$IDREVOKE_BUILD/tests/hostile
store=$work/store
card=110101199003078881
disks=()

hostile_clean_up() {
	processes_stop
	[ ${#disks[@]} -eq 0 ] || umount "${disks[@]}"
	rm -rf "$work"
}
trap hostile_clean_up EXIT

feed() { "$tools/idrevoke-feed/idrevoke-feed" "$@"; }
ctl() { "$tools/idrevokectl/idrevokectl" "$@"; }
forge() { "$hostile/forge" "$store" "$@"; }

# certificate NAME SUBJECT [OPTION...]: makes NAME.pem, which has its key as well
certificate() {
	local name=$1 subject=$2
	shift 2
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj "/CN=$subject" "$@" -keyout "$work/$name.key" -out "$work/$name.crt" \
		2>"$work/openssl.log" || bail_out "openssl: $(cat "$work/openssl.log")"
	cat "$work/$name.crt" "$work/$name.key" >"$work/$name.pem"
}

# signed_certificate NAME HOST [OPTION...]: the same, signed by the authority ca
signed_certificate() {
	local name=$1 host=$2
	shift 2
	certificate "$name" server -CA "$work/ca.crt" -CAkey "$work/ca.key" \
		-addext "subjectAltName=$host" -addext basicConstraints=CA:FALSE "$@"
}

# put NAME [LINE...]: a file with these lines, there at once
put() {
	local name=$1
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" >"$work/$name.new"
	[ $# -ne 0 ] || : >"$work/$name.new"
	mv "$work/$name.new" "$work/$name"
}

# settings NAME [LINE...]: the configuration of an agent, these lines instead of ours
settings() {
	local name=$1 line
	shift
	for line in "$@" "url = \"https://127.0.0.1:$port/\";" "root_key = \"$vkey\";" \
		"ca = \"$work/ca.crt\";" "state = \"$work/$name\";" 'wait = 20;' 'poll = 1;' \
		'connect_timeout = 1;' 'stall_timeout = 2;'; do
		printf '%s\n' "$line"
	done | awk '!($1 in seen) { print } { seen[$1] = 1 }' >"$work/$name.conf"
}

# run_agent NAME
run_agent() {
	start "$1" "$tools/idrevoked/idrevoked" -c "$work/$1.conf"
}

# issuer_and_server: a list of a few records as version 1, and the server of its feed
issuer_and_server() {
	feed init --store "$store" --name test --epoch 5 >"$work/vkey" || bail_out 'no store'
	feed synth --store "$store" --count 1000 --seed 1 >/dev/null || bail_out 'no cards'
	feed publish --store "$store" >/dev/null || bail_out 'no feed'
	vkey=$(cat "$work/vkey")
	version=1
	keep_latest
	certificate ca authority
	signed_certificate good IP:127.0.0.1
	rules
	start server "$hostile/server" "$store/feed" "$work/rules" "$work/good.pem"
	comes_true grep -q '^port ' "$work/server.log" || bail_out 'no server'
	port=$(sed -n 's/^port //p' "$work/server.log")
}

# rules [LINE...]: how the server behaves from now on; without any, as a good one, but
# for the lines in standing_rules
standing_rules=()
rules() {
	put rules "$@" "${standing_rules[@]}"
}

# What latest is, to be put back by good_latest when a forged one has taken its place.
keep_latest() {
	cp "$store/feed/latest" "$work/latest"
}
good_latest() {
	cp "$work/latest" "$store/feed/.latest"
	mv "$store/feed/.latest" "$store/feed/latest"
}

# news: the issuer publishes a change as the next version, $version
news() {
	local event='report --lost'
	[ $((version % 2)) -eq 1 ] || event=withdraw
	# shellcheck disable=SC2086 # a list of words
	feed $event --store "$store" --by test --why test --publish <<<"$card" >/dev/null ||
		bail_out 'the issuer cannot publish'
	version=$((version + 1))
	keep_latest
}

# kept [NAME]: what an agent has in its state directory, recounted
kept() {
	ctl verify --state "$work/${1:-agent}" --key "$vkey" 2>&1
}

# has_kept VERSION [NAME]
has_kept() {
	grep -qx "version $1" "$work/${2:-agent}/latest"
}

# follows [NAME]: an agent has kept the newest version, all of it
follows() {
	has_kept "$version" "${1:-agent}" && [ "$(kept "${1:-agent}")" = "$(of_issuer)" ]
}

of_issuer() {
	feed show --store "$store" --recount | head -n 3
}

# mark [NAME]: heard and unheard listen to what is said from here on
mark() {
	heard_from=$(wc -c <"$work/${1:-agent}.log")
}

# heard PATTERN [NAME]: an agent said it
heard() {
	tail -c +$((heard_from + 1)) "$work/${2:-agent}.log" | grep -qE -- "$1"
}

# disk NAME OPTIONS: a file system in memory where an agent's state directory is to be
disk() {
	mkdir "$work/$1"
	mount -t tmpfs -o "mode=700,$2" disk "$work/$1" || bail_out "no disk for $1"
	disks+=("$work/$1")
}
# fill NAME: takes all its room; unfill NAME: gives it back
fill() {
	mkdir -p "$work/$1/snapshot"
	cat /dev/zero >"$work/$1/snapshot/.filler" 2>/dev/null
}
unfill() {
	rm "$work/$1/snapshot/.filler"
}

# flip FILE: spoils a bit in its middle
flip() {
	local middle=$(($(stat -c %s "$1") / 2)) byte
	byte=$(od -An -tu1 -j "$middle" -N 1 "$1")
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\x$(printf %x $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$middle" conv=notrunc status=none
}

# memory_bounded TEXT [NAME]: an agent never had as much as 200 MiB resident
memory_bounded() {
	local most
	most=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/${process[${2:-agent}]}/status")
	ok "$1: memory was bounded" test "$most" -lt 204800
	echo "# $most KiB at most"
}
