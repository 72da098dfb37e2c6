/* What the judges of feeds' and of pages' requests share.  Private to the audit. */
#pragma once

#include "poll/audit.h"

#define AUDIT_TOLERANCE USEC_SEC /* clocks are set, a little, all the time */

enum {
	AUDIT_REDIRECTS_MOST = 10, /* P10 */
};

enum rule {
	P1,
	P2,
	P3,
	P4,
	P5,
	P6,
	P7,
	P8,
	P9,
	P10,
	P11,
	P12,
	P13,
	P14,
	P15,
	P16,
	P17,
};

/* Counts that the request was held against the rule, and the breach, which `other` had a part in.
 */
void audit_hold(struct audit *audit, enum rule rule, const struct request_record *request,
	bool breached, const char *words, const char *other);

/* What holds for each request, whatever it asks for. */
void audit_form(struct audit *audit, const struct request_record *request, bool may_have_cookies);

/* Whether two starts are nearer to each other than the gap, by a millisecond or more. */
bool audit_is_nearer(usec earlier, usec later, usec gap);
size_t audit_count_hops(const struct request_record *request);
