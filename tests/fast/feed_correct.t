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
# corrected; to the second without.
pairs() {
	perl -e '
		my ($seed, $pairs) = @ARGV;
		srand $seed;
		my @rows;
		sub checked { my $n = shift; my @w = (7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2); my $s = 0;
			$s += $w[$_] * substr($n, $_, 1) for 0 .. 16;
			return $n . substr("10X98765432", $s % 11, 1) }
		sub pick { return $_[rand @_] }
		my @losses = qw(lost stolen void);
		for my $pair (1 .. $pairs) {
			my @numbers = map { checked(sprintf "99000119%02d0101%03d", $pair / 400, $pair % 400 * 2 + $_) } 0, 1;
			my $sequence = 0;
			my (@right, @wrong, @corrections);
			# what is entered: kind, start, reason, until, ground, target
			my $enter = sub { push @wrong, [@_]; return ++$sequence };
			my $correct = sub { push @corrections, [@_] };
			my ($year, $standing, $card) = (2000, 0, "");
			my $withdrawals = rand 2 < 1;
			for (1 .. 1 + rand 6) {
				my $error = rand 2 < 1;
				my $kind = pick(qw(report report replace withdraw blacklist unblacklist));
				if ($kind eq "report") {
					my @event = ("report", $card || "20000115", pick(@losses), "", "", "");
					$card = $event[1];
					push @right, [@event];
					my @said = @event;
					$said[2] = pick(@losses) if $error;
					my $at = $enter->(@said);
					$correct->("correct", "", $event[2], "", "", $at) if $error;
					$standing++;
				} elsif ($kind eq "replace") {
					my @event = ("replace", ++$year . "0115", pick("damage", ""), "", "", "");
					$card = $event[1];
					push @right, [@event];
					my @said = @event;
					$said[1] = $year . "0612" if $error;
					my $at = $enter->(@said);
					$correct->("correct", $card, "", "", "", $at) if $error;
					$standing = 0;
				} elsif ($kind eq "withdraw" && $standing && $withdrawals) {
					$standing--;
					push @right, ["withdraw", ("") x 5];
					$enter->("withdraw", ("") x 5);
				} elsif ($kind eq "blacklist") {
					push @right, ["blacklist", "", "", "20991231", "x", ""];
					my $at = $enter->("blacklist", "", "", $error ? "20880101" : "20991231", "x", "");
					$correct->("correct", "", "", "20991231", "", $at) if $error;
				} elsif ($kind eq "unblacklist" && grep { $_->[0] eq "blacklist" } @right) {
					next if $right[-1][0] eq "unblacklist" || (grep { $_->[0] eq "unblacklist" } @right);
					push @right, ["unblacklist", ("") x 5];
					$enter->("unblacklist", ("") x 5);
				}
				# what never happened; a withdrawal would mean this report
				next if $withdrawals || rand 3 > 1;
				$correct->("take-back", ("") x 4, $enter->("report", "20000115", "stolen", ("") x 3));
			}
			$correct->("take-back", ("") x 4, $enter->("cancel", ("") x 5)) if rand 3 < 1;
			@corrections = sort { rand 2 < 1 ? -1 : 1 } @corrections if rand 2 < 1;
			push @rows, map { [$numbers[0], @$_] } @wrong, @corrections;
			push @rows, map { [$numbers[1], @$_] } @right;
		}
		print "number,event,start,reason,until,ground,target\n";
		print join(",", @$_), "\n" for @rows' "$@"
}
seed=${SEED:-$RANDOM}
diag "seed $seed"
pairs "$seed" 400 >"$work/pairs.csv"
like "$(grep -c ,correct, "$work/pairs.csv")" '^[0-9]{3,}$' 'there are many corrections'
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
