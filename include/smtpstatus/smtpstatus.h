/* The whole library but its transport, which is a library of its own. */
#ifndef SMTPSTATUS_SMTPSTATUS_H
#define SMTPSTATUS_SMTPSTATUS_H

#include <smtpstatus/base.h>
#include <smtpstatus/bounce.h>
#include <smtpstatus/client.h>
#include <smtpstatus/code.h>
#include <smtpstatus/enhanced.h>
#include <smtpstatus/group.h>
#include <smtpstatus/log.h>
#include <smtpstatus/record.h>
#include <smtpstatus/reply.h>
#include <smtpstatus/report.h>
#include <smtpstatus/rules.h>
#include <smtpstatus/text.h>
#include <smtpstatus/verdict.h>
#include <smtpstatus/vocabulary.h>

#endif
