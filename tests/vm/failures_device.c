// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each call of the device, with the first thing that can fail failing (memory, or
 * copying from and to the caller), then the second, and so on until nothing is left
 * to fail. A call that failed has said CLEAR of nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cards.h"
#include "faults.h"

#define BATCH_MAX	1000

static struct wire wire;
static struct wire_list list;
static int device;
static unsigned int batch_size;
static uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE];

/* Three cards in turn: not listed, cancelled, not listed. */
static void ask(struct idrevoke_check *check, unsigned int index)
{
	guest_question(check, card(index % 3 == 1 ? CARD_CANCELLED : CARD_UNLISTED), 0);
}

static bool is_answered(const struct idrevoke_check *check, unsigned int index)
{
	return check->verdict == (index % 3 == 1 ? IDREVOKE_REVOKED : IDREVOKE_CLEAR) &&
	       check->version == list.version;
}

static bool is_untouched(const struct idrevoke_check *check, unsigned int index)
{
	struct idrevoke_check question;

	ask(&question, index);
	return !memcmp(check, &question, sizeof(question));
}

/* By a user who has no budget yet. */
static void try_open(struct faults_attempt *attempt)
{
	int fd, error;

	setfsuid(1000);
	faults_arm(attempt->nth);
	fd = open(IDREVOKE_DEVICE, O_RDWR | O_CLOEXEC);
	error = errno;
	attempt->hit = faults_hit();
	setfsuid(0);
	attempt->refused = fd < 0;
	if (fd < 0 && error != ENOMEM && error != EFAULT)
		attempt->wrong = strerror(error);
	close(fd < 0 ? guest_open() : fd);
}

static void try_close(struct faults_attempt *attempt)
{
	int fd = guest_open();

	faults_arm(attempt->nth);
	attempt->refused = close(fd);
	attempt->hit = faults_hit();
	if (attempt->refused || fcntl(fd, F_GETFD) >= 0)
		attempt->wrong = "it stays open";
}

static void try_check_of(struct faults_attempt *attempt, unsigned int index)
{
	struct idrevoke_check check;
	int error;

	ask(&check, index);
	faults_arm(attempt->nth);
	attempt->refused = ioctl(device, IDREVOKE_IOC_CHECK, &check);
	error = errno;
	attempt->hit = faults_hit();
	if (attempt->refused && error != EFAULT)
		attempt->wrong = strerror(error);
	if (attempt->refused ? !is_untouched(&check, index) : !is_answered(&check, index))
		attempt->wrong = "the answer";
	if (ioctl(device, IDREVOKE_IOC_CHECK, &check) || !is_answered(&check, index))
		attempt->wrong = "repeated, it is not answered";
}

static void try_check(struct faults_attempt *attempt)
{
	try_check_of(attempt, 0);
}

static void try_check_listed(struct faults_attempt *attempt)
{
	try_check_of(attempt, 1);
}

static void try_batch(struct faults_attempt *attempt)
{
	static struct idrevoke_check checks[BATCH_MAX];
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = batch_size };
	unsigned int i, done;
	int result, error;

	for (i = 0; i < batch_size; i++)
		ask(&checks[i], i);
	faults_arm(attempt->nth);
	result = ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch);
	error = errno;
	attempt->hit = faults_hit();
	attempt->refused = result != (int)batch_size;
	done = result < 0 ? 0 : result;
	if (result == 0 || (result < 0 && error != EFAULT))
		attempt->wrong = strerror(error);
	for (i = 0; i < batch_size; i++)
		if (i < done ? !is_answered(&checks[i], i) : !is_untouched(&checks[i], i))
			attempt->wrong = "an answer";
	/* The rest can be asked again. */
	batch.checks = (uintptr_t)(checks + done);
	batch.count = batch_size - done;
	if (done < batch_size &&
	    ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch) != (int)batch.count)
		attempt->wrong = "repeated, it is not answered";
}

static bool is_informed(const struct idrevoke_info *info)
{
	return info->state == IDREVOKE_STATE_CURRENT && info->epoch == list.epoch &&
	       info->version == list.version && info->count == list.count;
}

static void try_info(struct faults_attempt *attempt)
{
	struct idrevoke_info info = { 0 };
	struct wire_reply reply;
	int error;

	list.epoch++;
	if (wire_snapshot(&wire, &list, bytes, CARDS, &reply))
		bail_out("no list can be loaded: %s", reply.text);
	if (!guest_readable(device, 0))
		attempt->wrong = "poll does not tell of a new list";
	faults_arm(attempt->nth);
	attempt->refused = ioctl(device, IDREVOKE_IOC_INFO, &info);
	error = errno;
	attempt->hit = faults_hit();
	if (attempt->refused && error != EFAULT)
		attempt->wrong = strerror(error);
	if (attempt->refused ? info.state != 0 : !is_informed(&info))
		attempt->wrong = "the answer";
	if (guest_readable(device, 0) != attempt->refused)
		attempt->wrong = "poll";
	if (ioctl(device, IDREVOKE_IOC_INFO, &info) || !is_informed(&info))
		attempt->wrong = "repeated, it is not answered";
}

int main(void)
{
	static const unsigned int sizes[] = { 1, 16, 17, BATCH_MAX };
	char name[40];
	unsigned int i;

	faults_begin();
	guest_load("hits_per_hour=0");
	wire_open(&wire);
	list = cards_load(&wire);
	cards_list(bytes);
	device = guest_open();
	if (chmod(IDREVOKE_DEVICE, 0666))
		bail_out("chmod: %s", strerror(errno));

	ok(faults_walk("open", try_open), "... and it was refused");
	/* It takes no memory, and copies word by word, which does not fail on demand. */
	is(faults_walk("CHECK", try_check), 0, "... it has none");
	is(faults_walk("CHECK of a listed card", try_check_listed), 0, "... it has none");
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		batch_size = sizes[i];
		snprintf(name, sizeof(name), "CHECK_BATCH of %u", batch_size);
		ok(faults_walk(name, try_batch), "... and it was refused");
	}
	ok(faults_walk("INFO", try_info), "... and it was refused");
	faults_walk("close", try_close);

	close(device);
	wire_close(&wire);
	guest_unload();
	return done();
}
