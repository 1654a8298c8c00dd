#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bad feeds: what the issuer's own key has signed and is wrong, and what it has not
# (tests/hostile/forge.c). The table of what is tested where stands in hostile.t.
# shellcheck source=tests/lib/tap.sh disable=SC2317 # functions are called by name
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
# shellcheck source=tests/lib/hostile.sh
. "$IDREVOKE_TOP/tests/lib/hostile.sh"

issuer_and_server
settings agent
run_agent agent
happens 'the list comes' follows

latest="https://127.0.0.1:$port/latest: "
files='the files of version [0-9]+ cannot be used: '

# bad_feed CASE PATTERN: the agent says something of this pattern and keeps what it
# has; when the issuer goes on with a right one of the same version, it is current
bad_feed() {
	local case=$1 pattern=$2 before
	before=$(kept)
	mark
	forge "$case" >"$work/forged" || bail_out "forge $case"
	happens "$case: it says so" heard "$pattern"
	is "$(kept)" "$before" "$case: nothing is lost"
	good_latest
	news
	happens "$case: current again afterwards" follows
}

# taken CASE: it is a list that counts
taken() {
	local case=$1 forged
	mark
	forged=$(forge "$case") || bail_out "forge $case"
	happens "$case: it is taken" has_kept "$forged"
	good_latest
	news
	news
	happens "$case: current again afterwards" follows
}

taken nothing
taken unknown-root

# --- signatures

bad_feed no-signature "${latest}not a signed note"
bad_feed other-key "${latest}not signed by the key that counts"
bad_feed wrong-signature "${latest}a signature is wrong"
bad_feed too-many-signatures "${latest}too many signatures"
bad_feed too-long "$latest.*longer than the 65536 bytes"
bad_feed control-characters "${latest}not a signed note"

# --- latest

taken expired
ok 'expired: it says so' heard "${latest}.*expired"
bad_feed from-the-future "${latest}.*(ahead of|future)"
bad_feed unknown-text "${latest}not the text of a feed that this program knows"
bad_feed unknown-line "${latest}latest has a line that is not as it should be"
bad_feed too-many-deltas "${latest}latest names too many deltas"
bad_feed delta-gap "${latest}the payloads that latest names do not lead to its version"
bad_feed same-version "${latest}.*another list under the same version"
bad_feed older-epoch "${latest}.*older epoch \(4\); ours is 5"

mark
cp "$work/latest" "$work/older"
news
happens 'older version: a newer one first' follows
cp "$work/older" "$store/feed/.latest"
mv "$store/feed/.latest" "$store/feed/latest"
happens 'older version: it says so' heard "${latest}.*older version \($((version - 1))\); ours is $version"
ok 'older version: nothing is lost' follows
good_latest

# --- what latest says of a file

bad_feed other-sha256 'snapshot/[^ ]*: the payload has another SHA-256 than latest says'
bad_feed stored-less 'snapshot/[^ ]*: .*longer than the [0-9]* bytes'
bad_feed stored-more 'snapshot/[^ ]*: the payload is not as long as latest says'
bad_feed stored-enormous "${latest}latest names a file of a size that none can have"
bad_feed unpacked-enormous "${latest}latest names a file of a size that none can have"
bad_feed unpacked-more "${files}the payload is of another size than latest says"

# --- a file, and the list in it

bad_feed other-digest "${files}.*another list than latest names"
bad_feed other-count "${files}.*another list than latest names"
bad_feed wrong-digest "${files}the list that results is not the one that the payloads name"
bad_feed wrong-count "${files}the snapshot contradicts itself"
bad_feed header-digest "${files}.*another list than latest names"
bad_feed header-records "${files}the payload is of another size than latest says"
bad_feed header-epoch "${files}.*another list than latest names"
bad_feed header-version "${files}the payload is of another version than latest says"
bad_feed header-kind "${files}the payload is of another version than latest says"
bad_feed header-format "${files}a payload of a format that this program does not know"
bad_feed out-of-order "${files}the payload's records are out of order"
bad_feed twice "${files}the payload's records are out of order"
bad_feed invalid-record "${files}the payload has an invalid record"
bad_feed removal-in-snapshot "${files}the payload has an invalid record"

# --- the way it is packed

bad_feed gzip "${files}the payload cannot be unpacked"
bad_feed cut "${files}the payload is cut short"
bad_feed trailing "${files}something follows the payload"
bad_feed two-frames "${files}the payload ends too soon"
bad_feed large-window "${files}the payload cannot be unpacked"
bad_feed bomb "${latest}latest names a file of a size that none can have"
bad_feed bomb-small "${files}the payload is longer than it says"
bad_feed bomb-announced "${files}the payload has an invalid record"

ok 'the agent is still the same process' kill -0 "${process[agent]}"
memory_bounded 'the agent'
is "$(grep -l "$card" "$work"/*.log)" '' 'no card number in what was said'
done_testing
