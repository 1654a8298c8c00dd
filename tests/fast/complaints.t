#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# what counts as a complaint of the kernel, on the console of a virtual machine
# shellcheck source=tests/lib/tap.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"

# complains WHAT <CONSOLE, does_not WHAT <CONSOLE
complains() {
	"$IDREVOKE_TOP/scripts/vm-complaints" >/dev/null
	is $? 0 "$1"
}
does_not() {
	"$IDREVOKE_TOP/scripts/vm-complaints" >/dev/null
	is $? 1 "no complaint: $1"
}

does_not 'nothing was said' </dev/null
does_not 'what is said when all is well' <<'EOF'
[    3.580000] idrevoke: loading out-of-tree module taints kernel.
[    3.590000] idrevoke: loaded; no list yet
[    5.010000] idrevoke: STALE, was CURRENT
[    6.650000] reboot: Power down
EOF
complains 'KASAN' <<'EOF'
[   12.1] ==================================================================
[   12.1] BUG: KASAN: use-after-free in idrv_table_find+0x1b/0x90 [idrevoke]
EOF
complains 'lockdep' <<'EOF'
[   12.1] WARNING: possible circular locking dependency detected
EOF
complains 'a detector that gave up' <<'EOF'
[   12.1] ODEBUG: Out of memory. ODEBUG disabled
EOF
complains 'a lock that lockdep does not know' <<'EOF'
[   12.1] INFO: trying to register non-static key.
EOF
complains 'RCU used where it must not be' <<'EOF'
[   12.1] WARNING: suspicious RCU usage
EOF
complains 'sleeping in an atomic section' <<'EOF'
[   12.1] BUG: sleeping function called from invalid context at mm/slab.h:420
EOF
complains 'UBSAN' <<'EOF'
[   12.1] UBSAN: shift-out-of-bounds in kmod/table.c:80:11
EOF
complains 'a leak' <<'EOF'
unreferenced object 0xffff888004a3b000 (size 64):
  comm "insmod", pid 120, jiffies 4294901234 (age 12.020s)
EOF
complains 'a search for leaks that has turned itself off' <<'EOF'
[   12.1] kmemleak: Kernel memory leak detector disabled
EOF
does_not 'a search for leaks that looks at more, for want of memory' <<'EOF'
[    4.8] kmemleak: Cannot allocate a scan area, scanning the full object
EOF
complains 'a module that cannot be unloaded' <<'EOF'
vm-init: idrevoke cannot be unloaded
EOF
complains 'a task that hangs' <<'EOF'
[  250.1] INFO: task idrevoked:120 blocked for more than 122 seconds.
EOF
complains 'a warning of our own' <<'EOF'
[   12.1] WARNING: CPU: 0 PID: 1 at kmod/rebuild.c:186 rebuild_work+0x1f0/0x200 [idrevoke]
EOF
complains 'the first process, of the machine' <<'EOF'
vm-init: failed: bb mount -t proc proc /proc
EOF

# race FRAMES FRAMES [ACCESS]: the two stacks, innermost function first, as words; what
# the second does
# shellcheck disable=SC2086 # words
race() {
	cat <<END
[    8.1][    C1] ==================================================================
[    8.1][    C1] BUG: KCSAN: data-race in ${1%% *} / ${2%% *}
[    8.1][    C1]
[    8.1][    C1] write to 0xffffffffa0004a40 of 8 bytes by task 95 on cpu 0:
$(frames $1)
[    8.1][    C1]
[    8.1][    C1] ${3:-read (marked)} to 0xffffffffa0004a40 of 8 bytes by interrupt on cpu 1:
$(frames $2)
[    8.1][    C1]
[    8.1][    C1] Reported by Kernel Concurrency Sanitizer on:
[    8.1][    C1] ==================================================================
END
}
frames() {
	printf '[    8.1][    C1]  %s\n' "${@/%/+0x10/0x40}" | sed 's/ idrv_.*/& [idrevoke]/'
}
complains 'a race of ours' < <(race idrv_list_publish idrv_list_status)
complains 'a race of ours with the kernel' < <(race param_set_uint idrv_budget_spend)
complains 'a race of the kernel with ours' < <(race idrv_budget_spend param_get_uint)
complains 'a race between what is done for us on both sides' < <(
	race 'memcpy idrv_list_publish' 'memcmp idrv_list_status'
)
complains 'a race of our timer, which interrupts' < <(
	race idrv_list_publish 'wake_up idrv_freshness_expired hrtimer_interrupt asm_sysvec'
)
complains 'a race of ours by way of a function that links' < <(
	race '__list_add_valid idrv_budget_get' 'list_sort kernel_thread'
)
complains 'what we free is freed for us at the same time' < <(
	race 'kfree idrv_budget_put' 'kfree idrv_budget_exit' 'assert no accesses' |
		sed 's/ write to / assert no accesses to /'
)
complains 'what we free is read by the kernel' < <(
	race 'hrtimer_active run_timer' 'kfree idrv_budget_put' 'assert no accesses'
)
complains 'what we free is changed by nobody knows whom' < <(
	race unknown 'kfree idrv_budget_put' 'race at unknown origin, with assert no accesses' |
		sed '/ write to /,/ unknown+/d'
)
does_not 'a race of those who queue for a mutex of ours' < <(
	race 'osq_lock __mutex_lock idrv_list_lock' 'osq_unlock __mutex_lock idrv_list_lock' 'read (reordered)'
)
complains 'what queues for a mutex of ours is changed by something else' < <(
	race 'osq_lock __mutex_lock idrv_list_lock' 'kfree idrv_list_exit'
)
does_not 'a race of the kernel itself' < <(race setup_APIC_timer __ctr)
does_not 'a race of the kernel itself, that we call' < <(
	race 'timekeeping_advance update_wall_time' 'ktime_get_seconds get_random_bytes idrv_permutation_init'
)
does_not 'a race of the kernel itself, that we call, with what interrupts us' < <(
	race 'timekeeping_advance hrtimer_interrupt asm_sysvec_apic_timer_interrupt idrv_permutation_init' \
		'ktime_get_seconds get_random_bytes idrv_permutation_init'
)
does_not 'a race of the kernel itself, where we enable softirqs' < <(
	race 'net_rx_action handle_softirqs do_softirq idrv_list_notify' 'netif_rx idrv_list_notify'
)
complains 'a race of ours after one of the kernel' < <(
	race setup_APIC_timer __ctr
	race idrv_list_publish idrv_list_status
)
complains 'another fault after a race of the kernel' < <(
	race setup_APIC_timer __ctr
	echo '[   12.1] WARNING: suspicious RCU usage'
)
complains 'another fault between the lines of a race of the kernel' < <(
	race setup_APIC_timer __ctr | sed '5a[   12.1][    C0] WARNING: suspicious RCU usage'
)
complains 'a race whose report is cut short by another' < <(
	race idrv_list_publish idrv_list_status | head -n 6
	race setup_APIC_timer __ctr
)
complains 'a race whose report is cut short' < <(
	race idrv_list_publish idrv_list_status | head -n 6
)
done_testing
