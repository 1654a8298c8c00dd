#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# idrevoked where there is no module: configuration, usage, and a list that is
# fetched from a real server and kept while the module is awaited
# shellcheck source=tests/lib/tap.sh disable=SC2317 # functions are called by name
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"

# shellcheck source=tests/lib/processes.sh
. "$IDREVOKE_TOP/tests/lib/processes.sh"

agent=$IDREVOKE_BUILD/agent

idrevoked() { "$agent/idrevoked/idrevoked" "$@"; }
ctl() { "$agent/idrevokectl/idrevokectl" "$@"; }

# --- usage

exits 0 'idrevoked --help' idrevoked --help
exits 2 'idrevoked with an unknown option' idrevoked --nonsense
exits 2 'idrevoked with an argument' idrevoked nonsense

# --- configuration

# config LINE...: a file with these lines
config() {
	printf '%s\n' "$@" >"$work/conf"
}
# refused NAME PATTERN LINE...: a file with these lines is refused with this text
refused() {
	local name=$1 pattern=$2 said status=0
	shift 2
	config "$@"
	said=$(idrevoked -t -c "$work/conf" 2>&1) || status=$?
	is "$status" 1 "$name"
	like "$said" "$pattern" "$name: it says where"
}

url='url = "https://localhost:1/feed";'
# The key of an example in the specification of signed notes.
key='root_key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";'

config "$url" "$key"
exits 0 'a short configuration' idrevoked -t -c "$work/conf"
config "$url" "$key" 'wait = 30;' 'poll = 5;' 'connect_timeout = 3;' "state = \"$work/state\";"
exits 0 'a long one' idrevoked -t -c "$work/conf"
ok 'a test makes no state directory' test ! -e "$work/state"
exits 1 'a file that is not there' idrevoked -t -c "$work/nothing"
refused 'a typing error' 'conf:3: there is no setting sate' "$url" "$key" 'sate = "/x";'
refused 'a syntax error' 'conf:3: syntax error' "$url" "$key" 'wait = ;'
refused 'no url' 'the setting url is missing' "$key"
refused 'no key' 'the setting root_key is missing' "$url"
refused 'a bad key' 'conf:2: root_key is no verifier key' "$url" 'root_key = "x";'
refused 'another scheme' 'conf:1: url must begin with https://' 'url = "http://x/";' "$key"
refused 'a number as a text' 'conf:3: wait must be a number' "$url" "$key" 'wait = "9";'
refused 'a number too large' 'conf:3: wait must be a number from 1 to 3600' "$url" "$key" 'wait = 3601;'
refused 'a text as a number' 'conf:3: state must be a text' "$url" "$key" 'state = 1;'
refused 'a CA file that is not there' 'conf:3: ca: cannot read' "$url" "$key" "ca = \"$work/no\";"

# --- a list from a real server

feed() { "$agent/idrevoke-feed/idrevoke-feed" "$@"; }

serve() {
	exec "$agent/idrevoke-feed/idrevoke-feed" serve --store "$work/store" \
		--listen "127.0.0.1:$1" --certificate "$work/certificate" --key "$work/key"
}
run_agent() {
	exec "$agent/idrevoked/idrevoked" -c "$work/$1"
}
state_version() {
	ctl verify --state "$work/state" --key "$vkey" | grep -qx "version $1"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
	-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
	-keyout "$work/key" -out "$work/certificate" 2>/dev/null ||
	bail_out 'openssl makes no certificate'
ok 'a store' feed init --store "$work/store" --name test
ok 'cards' feed synth --store "$work/store" --count 1000 --seed 1
ok 'published' feed publish --store "$work/store"
vkey=$(feed show --store "$work/store" | sed -n 's/^key //p')

start server serve 0
happens 'the server starts' said server 'serving on port'
port=$(sed -n 's/^serving on port //p' "$work/server.log")
settings() {
	printf '%s\n' "url = \"https://127.0.0.1:$port\";" "root_key = \"${2:-$vkey}\";" \
		"ca = \"${3:-$work/certificate}\";" "state = \"$work/${4:-state}\";" >"$work/$1"
}
settings conf
start agent_1 run_agent conf
happens 'the list is fetched and kept' state_version 1
is "$(ctl verify --state "$work/state" --key "$vkey")" \
	"$(feed show --store "$work/store" --recount | head -n 3)" 'issuer and agent count the same'
is "$(stat -c %a "$work/state")" 700 'the state directory is for nobody else'
[ -e /sys/module/idrevoke ] ||
	ok 'the module is awaited' said agent_1 'module idrevoke is not loaded; waiting'

cp "$work/store/feed/latest" "$work/old_latest"
report() {
	echo 110101199003078881 |
		feed report --store "$work/store" --lost --by test --why test --publish
}
ok 'a report is published' report
happens 'a delta follows' state_version 2
is "$(find "$work/state/delta" -type f | wc -l)" 1 'as one file'
is "$(ctl verify --state "$work/state" --key "$vkey")" \
	"$(feed show --store "$work/store" --recount | head -n 3)" 'issuer and agent count the same'

exits 1 'a second agent for the same state' timeout 10 "$agent/idrevoked/idrevoked" -c "$work/conf"
settings nothing_yet
echo 'typo = 1;' >>"$work/conf"
kill -HUP "${process[agent_1]}"
happens 'a bad configuration is refused on SIGHUP' said agent_1 'the configuration stays as it was'
mv "$work/nothing_yet" "$work/conf"
cp "$work/conf" "$work/elsewhere"
sed -i "s|^state = .*|state = \"$work/other\";|" "$work/conf"
kill -HUP "${process[agent_1]}"
happens 'another state directory is refused' said agent_1 'a new state directory needs a restart; the configuration stays'
mv "$work/elsewhere" "$work/conf"
kill -HUP "${process[agent_1]}"
happens 'a good one is taken' said agent_1 'the configuration was read again'

# Put in the place of the newest as a mirror might that lags or lies.
cp "$work/old_latest" "$work/store/feed/.old"
mv "$work/store/feed/.old" "$work/store/feed/latest"
happens 'an older version is refused' said agent_1 'the server offers an older version \(1\); ours is 2'
ok 'and changes nothing' state_version 2

stop server
happens 'a server that is gone is no reason to end' said agent_1 'trying again'
stop agent_1 KILL
start agent_2 run_agent conf
happens 'after a SIGKILL it begins with what it has' said agent_2 'version 2 was saved'
start server serve "$port"
withdraw() {
	echo 110101199003078881 |
		feed withdraw --store "$work/store" --by test --why test --publish
}
ok 'a withdrawal is published' withdraw
happens 'the server is back: current again' state_version 3
is "$(ctl verify --state "$work/state" --key "$vkey")" \
	"$(feed show --store "$work/store" --recount | head -n 3)" 'issuer and agent count the same'
stop agent_2
is $? 0 'SIGTERM ends it cleanly'

ok 'another store' feed init --store "$work/other" --name test
other=$(feed show --store "$work/other" | sed -n 's/^key //p')
settings wrong_key "$other" '' empty
start agent_3 run_agent wrong_key
happens 'what another key signed is refused' said agent_3 'latest: .*trying again'
ok 'and not kept' test ! -e "$work/empty/latest"
stop agent_3

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
	-subj /CN=other -keyout "$work/other_key" -out "$work/other_ca" 2>/dev/null
settings wrong_ca '' "$work/other_ca" empty
start agent_4 run_agent wrong_ca
happens 'a server that no known authority vouches for is refused' said agent_4 'certificate'
stop agent_4

ok 'no card number in what was said' test -z "$(grep -l 110101199003078881 "$work"/*.log)"
done_testing
