#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# What a check can call, of the module as it is built: its machine code is followed from
# the device's entry points. Nothing in reach but what is named here may be called, no
# bus lock taken but by a user's budget, no variable of the module written.
# tests/unit/readonly.c tries what is written through pointers.
use strict;
use warnings;
use Test::More;

my $module = $ENV{IDREVOKE_MODULE} // "$ENV{IDREVOKE_BUILD}/kmod/idrevoke.ko";
plan skip_all => "no module is built: $module" unless -e $module;

my @entries = qw(device_ioctl device_uring_cmd);
# INFO is no check.
my %left_out = map { $_ => 1 } qw(read_info);
my %allowed = map { $_ => 1 } (
	'__fentry__',				# a no-op, unless functions are traced
	'__x86_return_thunk',			# returns
	'__stack_chk_fail',			# ends the kernel
	'__rcu_read_lock', '__rcu_read_unlock',	# count in the task
	'ktime_get_coarse_with_offset',		# reads the clock under a sequence count
	'_copy_from_user',			# the head of a batch; may fault and sleep
	'__SCT__cond_resched',			# between 1,024 checks
	'io_uring_cmd_done',			# io_uring's own completion
);

# Functions by name, and where they begin in each section.
my (%code, %begins, $section, $function);
open my $dump, '-|', 'objdump', '-dr', '--no-show-raw-insn', $module or die "objdump: $!";
while (<$dump>) {
	if (/^Disassembly of section (\S+):/) {
		$section = $1;
	} elsif (/^([0-9a-f]+) <(.+)>:/) {
		$function = $2;
		$code{$function} = [];
		push @{$begins{$section}}, [hex $1, $function];
	} elsif (/^\s+[0-9a-f]+: R_\S+\s+(\S+)/) {
		$code{$function}[-1]{symbol} = $1;
	} elsif (/^\s+[0-9a-f]+:\t(.+?)\s*(?:#.*)?$/) {
		push @{$code{$function}}, { text => $1 };
	}
}
close $dump or die "objdump fails\n";

# The function that a symbol, or a place in a section, belongs to.
sub function_of {
	my ($symbol) = @_;
	my ($name, $sign, $offset) = $symbol =~ /^(.+?)(?:([-+])0x([0-9a-f]+))?$/;
	return $name unless $begins{$name};
	my $at = 4 + hex($offset // 0) * (($sign // '+') eq '-' ? -1 : 1);
	my ($found) = grep { $_->[0] <= $at } reverse @{$begins{$name}};
	return $found->[1];
}

# An instruction whose last operand is a symbol's memory, not this CPU's, and which
# does more than read that.
my $stores = qr/^(?!cmp|test|lea|nop|prefetch|push|bt[lq]? |i?mul|i?div)\S+\s(?:.*,)?0x0(?:\([^()]*\))?$/;

my (%seen, @faults);
my @left = @entries;
while (defined(my $name = pop @left)) {
	next if $seen{$name}++ || $left_out{$name};
	for my $instruction (@{$code{$name} // []}) {
		my ($text, $symbol) = ($instruction->{text}, $instruction->{symbol});
		my ($is_branch, $target) = $text =~ /^(?:bnd |notrack )*(call|j\w+)\s+(.*)/;
		if ($is_branch) {
			$target = function_of($symbol // $target =~ s/.*<(.+?)(?:\+0x[0-9a-f]+)?>$/$1/r);
			if ($code{$target}) {
				push @left, $target;
			} elsif (!$allowed{$target}) {
				push @faults, "$name: $text -> $target";
			}
		} elsif ($text =~ /^lock\b|^xchg\b.*\(/) {
			push @faults, "$name: $text" unless $name =~ /^idrv_budget_/;
		} elsif ($symbol && $text =~ /$stores/) {
			push @faults, "$name: $text -> $symbol";
		}
	}
}
ok(@{$code{$_} // []}, "$_ is there") for @entries, qw(read_info idrv_check_answer);
ok($seen{$_}, "$_ is reached") for qw(idrv_check_answer idrv_budget_spend);
is(join("\n", @faults), '', 'nothing else is called, locked or written');
diag(join ' ', 'in reach:', sort grep { $code{$_} && !$left_out{$_} } keys %seen);
done_testing;
