// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a program of others that hammers on the device, and asks about cards all
 * the while: every answer stays right, and so does the list.
 *
 * Usage: hammer COMMAND [ARGUMENT...]
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cards.h"

/* Whether others than us have the device open. */
static bool is_used(void)
{
	FILE *file = fopen("/sys/module/idrevoke/refcnt", "r");
	int users = 0;

	if (!file || fscanf(file, "%d", &users) != 1)
		bail_out("refcnt: %s", strerror(errno));
	fclose(file);
	return users > 1;
}

static bool answers_right(int fd)
{
	static const struct {
		enum card card;
		enum idrevoke_verdict verdict;
	} wanted[] = {
		{ CARD_CANCELLED, IDREVOKE_REVOKED },
		{ CARD_OPEN, IDREVOKE_REVOKED },
		{ CARD_REPLACED, IDREVOKE_AMBIGUOUS },
		{ CARD_UNLISTED, IDREVOKE_CLEAR },
	};
	struct idrevoke_check check;
	unsigned int i;

	for (i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		guest_question(&check, card(wanted[i].card), 0);
		if (ioctl(fd, IDREVOKE_IOC_CHECK, &check) || check.verdict != wanted[i].verdict)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	unsigned long long right = 0, wrong = 0;
	struct wire_list list;
	struct wire wire;
	bool used = false;
	int fd, status;
	pid_t pid;

	if (argc < 2)
		bail_out("usage: hammer COMMAND [ARGUMENT...]");
	guest_load("hits_per_hour=0");
	if (chmod(IDREVOKE_DEVICE, 0666))
		bail_out("%s: %s", IDREVOKE_DEVICE, strerror(errno));
	wire_open(&wire);
	list = cards_load(&wire);
	fd = guest_open();

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		bail_out("fork: %s", strerror(errno));
	if (pid == 0) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		used = is_used() || used;
		if (answers_right(fd))
			right++;
		else
			wrong++;
	}
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s ends well", argv[1]);
	ok(used, "%s had the device open", argv[1]);
	ok(right && !wrong, "every answer was right meanwhile");
	diag("%s: %llu rounds of questions right, %llu wrong", argv[1], right, wrong);
	ok(answers_right(fd) && wire_serves(&wire, &list), "and the list is as it was");

	close(fd);
	wire_close(&wire);
	guest_unload();
	return done();
}
