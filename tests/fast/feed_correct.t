#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The issuer's tool: a clerk's error is repaired, also after a replacement, and the
# record is then what it would be had there been no error; nothing is forgotten.
# shellcheck disable=SC2317 # functions are called by ok, exits and trap
# shellcheck source=tests/lib/tap.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
# shellcheck source=tests/lib/feed.sh
. "$IDREVOKE_TOP/tests/lib/feed.sh"

work=$(mktemp -d)
store=$work/store
trap 'rm -rf "$work"' EXIT

feed init --store "$store" --name issuer.example >"$work/key" || bail_out 'no store'
feed publish --store "$store" >"$work/out" || bail_out 'nothing is published'

# Each part has a number of its own.
parts=0
begin() {
	parts=$((parts + 1))
	card=$(checked "11010119900307$(printf %03d "$parts")")
}
# correct NAME OPTION...: happens, to the card
correct() {
	local name=$1
	shift
	happens "$name" "$card" correct "$@"
}

# --- a report

begin
happens 'reported lost with a wrong start' "$card" report --lost --start 20190412
happens 'replaced' "$card" replace --start 20240601
refused no-report 'it cannot be withdrawn after that' "$card" withdraw
correct 'it was stolen' --event 1 --stolen
amounts "$card" '20240531 stolen no no' 'the reason is the right one'
correct 'it was neither' --event 1 --void
amounts "$card" '20240531 void no no' 'the last correction counts'
correct 'there was no loss' --event 1 --take-back
amounts "$card" '20240531 superseded no no' 'only the replacement is left'
refused taken-back 'take back twice' "$card" correct --event 1 --take-back
refused taken-back 'correct what was taken back' "$card" correct --event 1 --lost
correct 'there was, after all: taking back is taken back' --event 5 --take-back
amounts "$card" '20240531 void no no' 'with what was last said of it'
correct 'and the last correction was wrong' --event 4 --take-back
amounts "$card" '20240531 stolen no no' 'so that the one before it counts'

begin
today=$(date -u +%Y%m%d)
happens 'reported without a start' "$card" report --lost
correct 'the start became known' --event 1 --start 20190412
amounts "$card" '20190412 lost yes no' 'only that card is revoked'
correct 'it is not known after all' --event 1 --start unknown
like "$(record "$card")" "^($today|$(date -u +%Y%m%d)) lost yes no\$" 'all cards up to that day are'
correct 'start and reason at once' --event 1 --start 2019-04-12 --stolen
amounts "$card" '20190412 stolen yes no' 'both'
refused start-in-future 'a start after the report' "$card" correct --event 1 --start 20991231

begin
happens 'the card of another person was reported' "$card" report --lost --start 20190412
correct 'which is taken back' --event 1 --take-back
amounts "$card" none 'nothing is left'
happens 'a card that starts before that one is handed over' "$card" replace --start 20180101
amounts "$card" '20171231 superseded no no' 'there never was a card of 2019'
refused start-not-later 'the report would not fit any more' "$card" correct --event 2 --take-back

# Each correction says only what it says: what another said stays with that.
begin
happens 'stolen' "$card" report --stolen --start 20190412
correct 'lost, it was said' --event 1 --lost
correct 'with another start' --event 1 --start 20180101
amounts "$card" '20180101 lost yes no' 'both corrections count'
correct 'it was stolen, after all' --event 2 --take-back
amounts "$card" '20180101 stolen yes no' 'a theft does not stay hidden'
correct 'no, lost' --event 4 --take-back
amounts "$card" '20180101 lost yes no' 'the take-back is taken back'
correct 'the start was right' --event 3 --take-back
amounts "$card" '20190412 lost yes no' 'only the reason is corrected'
correct 'the start is not known' --event 1 --start unknown
history() { feed history --store "$store" "$@" <<<"$card"; }
like "$(history)" $'\nevent 2\nkind correct\nat [^\n]*\nby clerk\nwhy test\ntarget 1\nreason lost\nrecord ' \
	'history has what a correction said, and no more'
like "$(history --json | sed -n 2p)" '"start":null,"reason":"lost","until":null' 'also as JSON'
like "$(history)" $'\nevent 7\nkind correct\nat [^\n]*\nby clerk\nwhy test\ntarget 1\nstart unknown\nrecord ' \
	'what is not known is something else'
like "$(history --json | tail -n 1)" '"start":"unknown","reason":null' 'as JSON, too'

# --- a withdrawal

begin
happens 'reported' "$card" report --lost --start 20190412
happens 'withdrawn by mistake' "$card" withdraw
correct 'it was not found' --event 2 --take-back
amounts "$card" '20190412 lost yes no' 'revoked again'
happens 'found' "$card" withdraw
amounts "$card" none 'and not'
correct 'a report that was withdrawn never was' --event 1 --take-back
amounts "$card" none 'still not'
refused not-correctable 'a withdrawal says nothing else' "$card" correct --event 4 --start 20190412

# --- a replacement

begin
happens 'lost' "$card" report --lost --start 20190412
happens 'replaced with a wrong start' "$card" replace --start 20250601
correct 'the right start' --event 2 --start 20240601
amounts "$card" '20240531 lost no no' 'the new card is good from its start on'
refused start-not-later 'a start that is not later than the old one' "$card" correct --event 2 --start 20190412
refused not-of-its-kind 'a replacement is not stolen' "$card" correct --event 2 --stolen
refused not-of-its-kind 'nor without a start' "$card" correct --event 2 --start unknown
refused start-not-later 'the old card cannot be newer' "$card" correct --event 1 --start 20240601
correct 'nothing was handed over' --event 2 --take-back
amounts "$card" '20190412 lost yes no' 'the loss is open again'
happens 'which can be withdrawn now' "$card" withdraw
refused no-report 'but then the replacement cannot come back' "$card" correct --event 4 --take-back

begin
happens 'replaced for damage' "$card" replace --start 20220101 --reason damage
correct 'no reason was known' --event 1 --reason superseded
amounts "$card" '20211231 superseded no no' 'superseded'
happens 'the newer card is lost' "$card" report --lost --start 20220101
happens 'replaced again' "$card" replace --start 20230101
refused start-not-later 'two replacements stay in order' "$card" correct --event 1 --start 20230101
correct 'between them there is room' --event 1 --start 20211231
amounts "$card" '20221231 lost no no' 'the last replacement counts'

# Cards that started from 2021 to 2024 must not pass.
begin
happens 'replaced' "$card" replace --start 20250101
correct 'a mistaken start' --event 1 --start 20210101
correct 'the reason' --event 1 --reason damage
amounts "$card" '20201231 void no no' 'both'
correct 'the start was right' --event 2 --take-back
amounts "$card" '20241231 void no no' 'taken back although another correction came after it'

# --- a cancellation

begin
happens 'lost' "$card" report --lost --start 20190412
happens 'the wrong number is cancelled' "$card" cancel
amounts "$card" 'all lost no no' 'no card of it passes'
correct 'which is taken back' --event 2 --take-back
amounts "$card" '20190412 lost yes no' 'back to what stood before'
happens 'replaced' "$card" replace --start 20240601
refused cancelled 'the cancellation cannot come back before that' "$card" correct --event 3 --take-back
happens 'cancelled, rightly' "$card" cancel
amounts "$card" 'all lost no no' 'for ever'

# --- the blacklist

begin
happens 'lost' "$card" report --lost --start 20190412
happens 'blacklisted for too long' "$card" blacklist --ground 'of a namesake' --until 20991231
correct 'until today only' --event 2 --until "$(date -u +%Y%m%d)"
amounts "$card" '20190412 lost yes yes' 'until today'
refused end-in-past 'it cannot end before it began' "$card" correct --event 2 --until 20200101
refused not-of-its-kind 'a blacklisting has no start' "$card" correct --event 2 --start 20190412
correct 'another ground' --event 2 --ground 'forged signature' --until 20981231
happens 'taken off' "$card" unblacklist
correct 'it was the wrong person' --event 2 --take-back
amounts "$card" '20190412 lost yes no' 'only the loss is left'
correct 'it was not' --event 6 --take-back
amounts "$card" '20190412 lost yes no' 'the holder was taken off all the same'
correct 'which was a mistake' --event 5 --take-back
amounts "$card" '20190412 lost yes yes' 'both are left'

# --- what cannot be said

refused no-event 'an event that there is not' "$card" correct --event 99 --take-back
refused no-event 'of a number without events' 330106198507151016 correct --event 1 --take-back
refused not-correctable 'a correction is not corrected' "$card" correct --event 3 --until 20991231
exits 2 'nothing that is right' event "$card" correct --event 1
exits 2 'no event' event "$card" correct --lost
exits 2 'right and taken back' event "$card" correct --event 1 --lost --take-back
exits 2 'two reasons' event "$card" correct --event 1 --lost --stolen
exits 2 'two reasons of different kinds' event "$card" correct --event 1 --lost --reason damage
exits 2 'no such reason' event "$card" correct --event 1 --reason whim
exits 2 'no calendar day' event "$card" correct --event 1 --start 20230229
exits 2 'no number of an event' event "$card" correct --event 0 --take-back
exits 2 'unknown is no start of a report' event "$card" report --lost --start unknown

# --- published, and counted

said 'it is published' '^published 2 ' 0 feed publish --store "$store"
said 'recount' 'recount equal' 0 feed show --store "$store" --recount
said 'correct --publish' $'^committed [0-9]{19}\npublished 3 [0-9]{19}$' 0 \
	event "$card" correct --event 1 --stolen --publish

# --- whatever was wrong, the record is that of one without errors

# Pairs of numbers: what happened to the first is entered with errors, which are
# corrected, more than once, with corrections that are wrong and taken back, and
# with take-backs that are; to the second without.
pairs() {
	perl -e '
		my ($seed, $pairs) = @ARGV;
		srand $seed;
		my @rows;
		sub checked { my $n = shift; my @w = (7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2); my $s = 0;
			$s += $w[$_] * substr($n, $_, 1) for 0 .. 16;
			return $n . substr("10X98765432", $s % 11, 1) }
		sub pick { return $_[rand @_] }
		sub fields { my $e = shift; return join ",", map { $e->{$_} // "" } qw(kind start reason until ground target) }
		my @losses = qw(lost stolen void);

		# What may be said of an event in a field, right or wrong; all of it fits
		# between the cards before and after.
		sub guess {
			my ($event, $field) = @_;
			return pick($event->{kind} eq "report" ? @losses : qw(damage superseded)) if $field eq "reason";
			return pick("20160101", "20991231") if $field eq "until";
			return "unknown" if $event->{last} && rand 4 < 1;
			return substr($event->{start}, 0, 4) . pick(qw(0115 0228 0612 1231));
		}
		# A correction of some fields: what is right of $right, and else a guess.
		sub correction {
			my ($event, $right, @fields) = @_;
			return { kind => "correct", about => $event, says => { map { $_ => $right->{$_} // guess($event, $_) } @fields } };
		}
		# What is entered, and its corrections, in order. Those that stand in the end
		# are right wherever no later one says the same; and all that was wrong is said.
		sub corrections {
			my ($event, $said) = @_;
			my @fields = grep { defined $event->{$_} } qw(start reason until);
			my @queue;
			my $take_back = sub { push @queue, { kind => "take-back", about => $_[0] }; return $queue[-1] };
			$take_back->($take_back->($event)) if rand 6 < 1;
			return @queue unless @fields;
			my %wrong = map { $_ => 1 } grep { $said->{$_} ne $event->{$_} } @fields;
			return @queue if !%wrong && rand 2 < 1;
			my @made = map { correction($event, {}, rand 2 < 1 ? @fields : pick(@fields)) } 1 .. 1 + rand 4;
			push @made, correction($event, $event, $_) for sort keys %wrong;
			@made = sort { rand 2 < 1 ? -1 : 1 } @made;
			my %settled;
			for my $made (reverse @made) {
				my $says = $made->{says};
				my @open = grep { !$settled{$_} } sort keys %$says;
				my $stands = !grep { $says->{$_} ne $event->{$_} } @open;
				$made->{stands} = $stands && (rand 4 > 1 || grep { $wrong{$_} } @open);
				next unless $made->{stands};
				$settled{$_} = 1 for @open;
			}
			push @made, correction($event, $event, grep { $wrong{$_} && !$settled{$_} } @fields);
			$made[-1]{stands} = 1;
			pop @made unless %{$made[-1]{says}};
			push @queue, @made;
			my @undone = sort { rand 2 < 1 ? -1 : 1 } @made;
			for my $made (@undone) {
				my $times = $made->{stands} ? pick(0, 0, 2) : pick(1, 1, 3);
				my $about = $made;
				$about = $take_back->($about) for 1 .. $times;
			}
			return @queue;
		}

		for my $pair (1 .. $pairs) {
			my @numbers = map { checked(sprintf "99000119%02d0101%03d", $pair / 400, $pair % 400 * 2 + $_) } 0, 1;
			my @events;
			my ($year, $standing, $card, $blacklisted) = (2000, 0, "20000115", 0);
			my $withdrawals = rand 2 < 1;
			for (1 .. 1 + rand 6) {
				my $kind = pick(qw(report report replace withdraw blacklist unblacklist));
				next if $kind eq "withdraw" && !($standing && $withdrawals);
				next if $kind eq "unblacklist" && !$blacklisted;
				my $event = { kind => $kind };
				if ($kind eq "report") {
					@$event{qw(start reason)} = ($card, pick(@losses));
					$standing++;
				} elsif ($kind eq "replace") {
					$card = ++$year . "0115";
					@$event{qw(start reason)} = ($card, pick(qw(damage superseded)));
					$standing = 0;
				} elsif ($kind eq "withdraw") {
					$standing--;
				} elsif ($kind eq "blacklist") {
					@$event{qw(until ground)} = (pick("20160101", "20991231"), "x");
				}
				$blacklisted = $kind eq "blacklist" if $kind =~ /blacklist/;
				push @events, $event;
				# what never happened; a withdrawal would mean this report
				next if $withdrawals || rand 3 > 1;
				push @events, { kind => "report", start => "20000115", reason => "stolen", never => 1 };
			}
			push @events, { kind => "cancel", never => 1 } if rand 3 < 1;
			# a card of unknown start is not replaced before the day of its report
			for my $event (reverse @events) {
				last if $event->{kind} eq "replace";
				$event->{last} = $event->{kind} eq "report";
			}

			my (@queues, $sequence);
			# all happened on one day of the past, so that a blacklisting can have ended
			my $enter = sub { push @rows, "$numbers[0]," . fields($_[0]) . ",20150101" };
			for my $event (@events) {
				my $said = { %$event };
				$event->{sequence} = ++$sequence;
				if ($event->{never}) {
					push @queues, [{ kind => "take-back", about => $event }];
				} else {
					for my $field (grep { defined $event->{$_} } qw(start reason until)) {
						$said->{$field} = guess($event, $field) if rand 2 < 1;
					}
					push @queues, [corrections($event, $said)];
					$said->{start} = "" if ($said->{start} // "") eq "unknown";
				}
				$enter->($said);
				push @rows, "$numbers[1]," . fields($event) . ",20150101" unless $event->{never};
			}
			# corrections of one event in their order, of several in any
			while (@queues = grep { @$_ } @queues) {
				my $next = shift @{pick(@queues)};
				$next->{sequence} = ++$sequence;
				$enter->({ kind => $next->{kind}, target => $next->{about}{sequence}, %{$next->{says} // {}} });
			}
		}
		print "number,event,start,reason,until,ground,target,at\n";
		print "$_\n" for @rows' "$@"
}
seed=${SEED:-$RANDOM}
diag "seed $seed"
pairs "$seed" 400 >"$work/pairs.csv"
like "$(grep -c ,correct, "$work/pairs.csv")" '^[0-9]{4,}$' 'there are many corrections'
like "$(grep -c ,take-back, "$work/pairs.csv")" '^[0-9]{3,}$' 'and many are taken back'
store=$work/pairs
feed init --store "$store" >"$work/out"
said 'errors and corrections are entered' '^imported ' 0 feed import --store "$store" --by clerk --why test \
	--file "$work/pairs.csv"
feed publish --store "$store" >"$work/out"
feed export --store "$store" --in-clear 2>"$work/said" >"$work/export.csv"
like "$(wc -l <"$work/export.csv")" '^[0-9]{3,}$' 'and amount to many records'
# Both of a pair have the same record, or none.
differences() {
	perl -ne '
		next unless /^(990001(?:19..)0101(\d{3})).,(.*)$/;
		my ($n, $sequence, $record) = ($1, $2, $3);
		my $pair = substr($n, 8, 2) . "-" . int($sequence / 2);
		$of{$pair}[$sequence % 2] = $record;
		END { for (sort keys %of) { my ($a, $b) = @{$of{$_}};
			print "pair $_: ", $a // "none", " but ", $b // "none", "\n" if ($a // "") ne ($b // "") } }' "$1"
}
is "$(differences "$work/export.csv")" '' 'with corrections, all records are what they should be'
said 'recount' 'recount equal' 0 feed show --store "$store" --recount

done_testing
