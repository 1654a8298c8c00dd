#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The metrics of idrevoked agree with what idrevokectl says of the same kernel: after
# a report, when the list is late and stale, without the module. And what it tells
# the service manager, while it gives a list to the kernel too.
# shellcheck source=tests/lib/guest.sh disable=SC2317 # functions are called by name
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
# shellcheck source=tests/lib/agent.sh
. "$IDREVOKE_TOP/tests/lib/agent.sh"
patience=60 # machines are emulated, and may be busy
case ${IDREVOKE_KERNEL-} in kasan | kcsan) patience=300 ;; esac # and slow

card=110101199003078881
socket=$work/metrics.sock

scrape_socket() {
	scrape --unix-socket "$socket" http://localhost/metrics
}
# measured NAME TEST VALUE: as of test(1)
measured() {
	scrape_socket && test "$(sample "$1")" "$2" "$3"
}
# What idrevokectl says, in the words of the metrics. They are made between two
# calls of it, so that what runs down stands between two values.
as_metrics() {
	perl -MJSON::PP -e '
		my ($before, $after) = map { decode_json($_) } <STDIN>;
		my %names = (epoch => "epoch", version => "version", count => "numbers",
			max_entries => "max_numbers", issued => "issued_timestamp_seconds",
			memory => "memory_bytes", rebuilds => "rebuilds_total", rebuilding => "rebuilding");
		print "idrevoke_list_$names{$_} $after->{$_}\n" for keys %names;
		print "idrevoke_list_transaction ", $after->{transaction} ? 1 : 0, "\n";
		print "idrevoke_list_state{idrevoke_list_state=\"$_\"} ", $after->{state} eq $_ ? 1 : 0, "\n"
			for qw(NOT_READY CURRENT LATE STALE);
		print "idrevoke_checks_total{answer=\"$_\"} $after->{checks}{$_}\n" for keys %{ $after->{checks} };
		my $fresh = 1000 * $ARGV[0];
		print "idrevoke_list_fresh_seconds ",
			$before->{fresh_ms} >= $fresh && $fresh >= $after->{fresh_ms} ? $ARGV[0] : "something else", "\n";
	' "$(sample idrevoke_list_fresh_seconds)" <"$work/status" | sort
}
# agree NAME: they do
agree() {
	{ ctl status --json; scrape_socket; ctl status --json; } >"$work/status"
	is "$(grep -E '^idrevoke_(list|checks)_' "$work/metrics" | sort)" "$(as_metrics)" "$1: metrics and idrevokectl agree"
}
state() {
	measured "idrevoke_list_state{idrevoke_list_state=\"$1\"}" -eq 1
}
check() {
	ctl check --start 20190412 <<<"$1" >/dev/null
}
run_agent() {
	export NOTIFY_SOCKET=$work/notify.sock
	exec "$agent/idrevoked/idrevoked" -c "$work/conf"
}

make_issuer 20000 --valid-for 3600 --confirm-every 300
start_issuer
start_manager
settings conf "metrics = \"$socket\";"
load_module confirm_interval=1200

# --- agreement

start agent run_agent
happens 'metrics: current' state CURRENT
happens 'metrics: saved' measured idrevoke_state_saved -eq 1
agree 'a list'
is "$(sample idrevoke_module_loaded)" 1 'metrics: the module'
is "$(sample 'idrevoke_commits_total{kind="snapshot"}')" 1 'metrics: one snapshot'
is "$(sample idrevoke_list_numbers)" "$(sample idrevoke_feed_numbers)" 'metrics: kernel and feed list as many'
happens 'STATUS: what is in force' notified 'STATUS=Version 1 is in force: 20000 numbers\.'

check "$card"
ok 'a report' event report "$card" --lost
happens 'metrics: the next version' measured idrevoke_list_version -eq 2
check "$card"
check 110101199003078882
check "$card"
agree 'after a report and four checks'
is "$(for answer in clear revoked malformed; do sample "idrevoke_checks_total{answer=\"$answer\"}"; done | paste -sd ' ')" \
	'1 2 1' 'metrics: checks by their answers'
is "$(sample 'idrevoke_commits_total{kind="delta"}')" 1 'metrics: one delta'
is "$(sample idrevoke_list_version)" "$(sample idrevoke_feed_version)" 'metrics: kernel and feed have the same version'
happens 'STATUS: the next version' notified 'STATUS=Version 2 is in force: 20001 numbers\.'

# --- late, stale, current again

echo 1 >/sys/module/idrevoke/parameters/confirm_interval
ok 'another report' event withdraw "$card"
happens 'metrics: version 3' measured idrevoke_list_version -eq 3
# Late it stays, since the next confirmation comes after 300 s.
happens 'metrics: late' state LATE
happens 'said: late' said agent 'version 3 is late'
happens 'STATUS: late' notified "STATUS=Version 3 is in force: .* but the issuer's confirmations do not arrive\..*"
# Whoever begins to serve confirms, now for 8 s; and stale it stays without an issuer.
stop issuer
ok 'a short term' feed set --store "$work/store" --valid-for 8 --confirm-every 8
start_issuer "$port"
kill -HUP "${process[agent]}" # so that it does not wait before it tries again
happens 'metrics: confirmed' measured idrevoke_confirmations_total -ge 1
stop issuer
happens 'metrics: stale' state STALE
happens 'said: stale' said agent 'version 3 is stale'
happens 'STATUS: stale' notified 'STATUS=Version 3 is in force: .* but stale: .*The feed cannot be had: .*'
check "$card"
agree 'stale'
is "$(sample 'idrevoke_checks_total{answer="stale"}')" 1 'metrics: one check was told so'
is "$(sample idrevoke_list_fresh_seconds)" 0.000 'metrics: fresh for no time'
is "$(sample idrevoke_feed_reachable)" 0 'metrics: the feed is not reachable'
echo 1200 >/sys/module/idrevoke/parameters/confirm_interval
ok 'a long term' feed set --store "$work/store" --valid-for 3600 --confirm-every 300
start_issuer "$port"
kill -HUP "${process[agent]}" # so that it does not wait before it tries again
happens 'metrics: current again' state CURRENT
happens 'said: current again' said agent 'version 3 is current again'
happens 'metrics: by a confirmation' measured idrevoke_confirmations_total -ge 2
agree 'current again'

# --- without the module

unload_module
happens 'metrics: no module' measured idrevoke_module_loaded -eq 0
is "$(sample 'idrevoke_list_state{idrevoke_list_state="NOT_READY"}')" 1 'metrics: not ready'
is "$(grep -cE '^idrevoke_(list_[a-r]|checks)' "$work/metrics")" 0 'metrics: nothing else about a list'
exits 4 'nor has idrevokectl' ctl status
happens 'said: unloaded' said agent 'module idrevoke was unloaded'
happens 'STATUS: it is waited for' notified 'STATUS=Waiting for the kernel module idrevoke\.'
load_module
happens 'metrics: it is back, and filled' state CURRENT
happens 'said: loaded' said agent 'module idrevoke was loaded'
agree 'filled again'
stop agent
is $? 0 'it ends when told to'

# --- long work: several blocks of records

# So short a limit that every block of records is a sign of life.
blocks=$((20000 / 5460))
unload_module
load_module
stop notify
start_manager
# What was notified from the module's coming until it was filled; status 1: not yet
filled() {
	filling=$(sed '1,/^STATUS=Waiting/d' "$work/notify.log" | sed -n '/^STATUS=No list/,/^STATUS=Version/p')
	grep -q '^STATUS=Version' <<<"$filling"
}
export WATCHDOG_USEC=400
start agent run_agent
happens 'ready' notified READY=1
happens 'and filled after that' state CURRENT
unload_module
happens 'STATUS: it is waited for' notified 'STATUS=Waiting .*'
load_module
happens 'filled' state CURRENT
happens 'STATUS: filled' filled
signs=$(grep -c '^WATCHDOG=1' <<<"$filling")
diag "signs of life while it is filled: $signs"
ok 'the watchdog is fed, block by block' test "$signs" -ge "$blocks"
stop agent
is $? 0 'it ends when told to'

is "$(cat "$work"/*.log "$work/text" | grep -c "$card")" 0 'no card number in what was said'
done_testing
