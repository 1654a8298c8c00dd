#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The power fails while the agent saves a list: the machine is killed at random, and
# boots again with the same disk (ext4), which has what was flushed. Before any
# network there is the last good list, and then the machine is current again.
# IDREVOKE_POWER_CUTS: how many (3); IDREVOKE_SEED replays when.
# shellcheck disable=SC2317 # functions are called by name
: "${IDREVOKE_TOP:?tests are run by make check}" "${IDREVOKE_POWER_CUTS:=3}"

# --- in the virtual machine; what it says is for the other half to judge

guest() {
	# shellcheck source=tests/lib/guest.sh
	IDREVOKE_GUEST=yes . "$IDREVOKE_TOP/tests/lib/guest.sh"
	# shellcheck source=tests/lib/gateway.sh
	. "$IDREVOKE_TOP/tests/lib/gateway.sh"
	local disk=$work/disk

	/sbin/modprobe -a virtio_blk ext4 || bail_out 'no disk'
	mkdir "$disk"
	/bin/mount -t ext4 /dev/vda "$disk" || bail_out 'the disk cannot be mounted'
	/bin/dmesg | grep -q 'EXT4-fs (vda): recovery complete' && echo replayed
	cp -r "$IDREVOKE_OUT"/feed/* "$work"
	vkey=$(cat "$work/vkey")
	state=$disk/state port=8443
	settings

	# What is there before anybody repairs or fetches anything.
	if [ -e "$state/latest" ]; then
		echo "state $(of_state 2>&1)"
	else
		echo 'state none'
	fi
	load_module
	run_slow_agent
	if [ -e "$state/latest" ]; then
		comes 60 has_list
	else
		comes 60 said agent 'no list was saved yet'
	fi
	echo "kernel $(ctl status | awk '$1 == "state" { print $2 }') $(of_kernel 2>/dev/null)"

	echo syncing
	serve
	comes 60 kernel_is "$(of_issuer)" && echo "current $(of_kernel)"
	comes 60 state_is "$(of_issuer)" && echo "saved $(of_state)"
	[ "$1" != last ] || comes 60 tidy && echo tidy
	if [ "$1" = last ]; then
		stop agent
		/bin/umount "$disk" && echo unmounted
		exit
	fi
	sleep 300
}
has_list() { ctl status | grep -qE '^state +(CURRENT|LATE|STALE)'; }
kernel_is() { [ "$(of_kernel)" = "$1" ]; }
tidy() { [ -z "$(find "$state" -name '*.incoming' -o -name '.latest.*')" ]; }

# Each call that matters is said, and then takes a tenth of a second, so that the power
# can fail before it, in it, or after it.
slow_agent() {
	exec strace -D -f --seccomp-bpf -qq -o "$work/calls" -e trace=fsync,renameat,unlinkat,sendfile \
		-e inject=fsync,renameat,unlinkat,sendfile:delay_exit=100000 \
		"$agent/idrevoked/idrevoked" -c "$work/conf"
}
run_slow_agent() {
	mkfifo "$work/calls"
	sed -u 's/^/call /' "$work/calls" &
	start agent slow_agent
}

if [ "${1-}" = guest ]; then
	guest "$2"
	exit
fi

# --- on the host

# shellcheck source=tests/lib/tap.sh
. "$IDREVOKE_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/gateway.sh
. "$IDREVOKE_TOP/tests/lib/gateway.sh"

RANDOM=${IDREVOKE_SEED:=$RANDOM}
diag "IDREVOKE_SEED=$IDREVOKE_SEED, $IDREVOKE_POWER_CUTS power cuts"

# So many calls, and a few more, it takes to save a list.
CALLS=14

disk=$work/disk.image
make_disk() {
	rm -f "$disk"
	truncate -s 64M "$disk"
	/sbin/mkfs.ext4 -q "$disk" || bail_out 'mkfs.ext4 fails'
}

# hand_out: the feed as it is now, for the machine to serve
hand_out() {
	rm -rf "$work/out/feed"
	mkdir -p "$work/out/feed"
	cp -r "$work/store" "$work/key" "$work/certificate" "$work/out/feed"
	echo "$vkey" >"$work/out/feed/vkey"
}

# boot last|N: starts the machine; what it says can be read from $said
boot() {
	hand_out
	# shellcheck disable=SC2086 # a list of words
	exec {said}< <(exec "$IDREVOKE_TOP/scripts/vm" run ${IDREVOKE_VM_OPTIONS-} --disk "$disk" \
		--out "$work/out" -- "$(readlink -f "$0")" guest "$1" 2>>"$work/vm.log")
	machine=$!
}

# hear WORD [N]: reads on until a line that begins so, or N calls; its rest is in $heard
hear() {
	local word calls=0
	while read -r -t 300 -u "$said" word heard; do
		case $word in
		replayed) replays=$((replays + 1)) ;;
		saved) saved=$heard ;;
		call) calls=$((calls + 1)) ;;
		Bail) bail_out "$heard" ;;
		esac
		[ "$word" != "$1" ] && [ "$calls" -ne "${2:--1}" ] || return 0
	done
	heard='nothing'
	return 1
}

# cut: the machine is no more
cut() {
	local child
	for child in $(<"/proc/$machine/task/$machine/children"); do
		[[ $(<"/proc/$child/comm") != qemu* ]] || kill -KILL "$child"
	done
	hear nothing_more
	wait "$machine"
	exec {said}<&-
}

# change: two versions more
change() {
	publish report 110101199003078881 --lost
	put_down
	publish withdraw 110101199003078881
	put_down
} >/dev/null
newest_snapshot() { grep '^snapshot ' "$work/store/feed/latest"; }

version_of() { awk '{ print $2 }' <<<"$1"; }
was_published() { grep -qxF "$1" "$work/published"; }

issuer 10000 --valid-for 86400 --confirm-every 3600
put_down
replays=0 saved=''

make_disk
before='' offered='' wrong='' none=0 older=0 newest=0
for ((cut = 1; cut <= IDREVOKE_POWER_CUTS + 1; cut++)); do
	if [ "$cut" -gt "$IDREVOKE_POWER_CUTS" ]; then boot last; else boot "$cut"; fi
	hear state || bail_out "the machine does not boot: $(tail -n 30 "$work/vm.log" "$work/out/console.log")"
	now=$heard
	hear kernel
	kernel=$heard
	# A list that was saved is saved, and only a newer one can take its place.
	if was_published "$now"; then
		[ "$(version_of "$now")" -ge "$(version_of "${saved:-${before:-none 0}}")" ] ||
			wrong+="$cut: state $now, but $saved was saved, and $before before"$'\n'
		# Without word from the issuer for long it is LATE: as fresh as the issuer said.
		[[ $kernel == @(CURRENT|LATE)" $now" ]] || wrong+="$cut: state $now, kernel $kernel"$'\n'
		if [ "$now" = "$offered" ]; then newest=$((newest + 1)); else older=$((older + 1)); fi
		before=$now
	elif [[ $now == none && $kernel == NOT_READY* && ! $before$saved ]]; then
		none=$((none + 1))
	else
		wrong+="$cut: state $now, kernel $kernel"$'\n'
	fi
	hear syncing || wrong+="$cut: $heard"$'\n'
	[ "$cut" -le "$IDREVOKE_POWER_CUTS" ] || break
	saved=''
	# The second list is saved for sure, so that the cuts after it find a list on disk.
	calls=$((RANDOM % CALLS))
	[ "$cut" -ne 2 ] || calls=''
	hear saved "$calls"
	sleep "$(printf '0.%03d' $((RANDOM % 150)))"
	cut
	offered=$(tail -n 1 "$work/published")
	# The next list: with the same snapshot, or so much later that there is another.
	snapshot=$(newest_snapshot)
	another=$((RANDOM % 2))
	change
	while [ "$another" -eq 1 ] && [ "$snapshot" = "$(newest_snapshot)" ]; do
		change
	done
done
is "$wrong" '' "after each of $IDREVOKE_POWER_CUTS power cuts: a whole list that was published, or none before the first"
diag "found: none $none times, the list before $older times, the new one $newest times; the journal was replayed $replays times"
ok 'the cuts came upon lists too' test $((older + newest)) -ge $((IDREVOKE_POWER_CUTS - 1))
ok 'the file system had something to replay' test "$replays" -gt 0
hear current
is "$heard" "$(of_issuer)" 'at the end: current again'
hear saved
is "$heard" "$(of_issuer)" 'and saved'
ok 'nothing is left over' hear tidy
ok 'the disk is unmounted' hear unmounted
wait "$machine"
is $? 0 'the machine ends as it should'
ok 'the file system is without a fault' /sbin/e2fsck -fn "$disk"
done_testing
