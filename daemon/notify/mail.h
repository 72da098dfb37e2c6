/*
 * Mail hooks: a message (notify/mail_message.h) for each alert, by SMTP (http/smtp.h).  This is
 * what of it is pure.
 */
#pragma once

#include "http/smtp.h"
#include "notify/notifier.h"

/* What the server's answer means for the delivery. */
struct outcome mail_outcome(const struct smtp_result *result, char words[OUTCOME_WORDS_BYTES]);
