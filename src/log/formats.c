/* The formats, in the order in which they are asked whose a line is. To add one, add its line. */
#include "log/format.h"

/* clang-format off */
const log_format *const sst_log_formats[] = {
    &sst_log_postfix,
    &sst_log_exim,
    &sst_log_sendmail,
    &sst_log_opensmtpd,
    &sst_log_courier,
    &sst_log_qmail,
    &sst_log_dovecot,
    &sst_log_haraka,
    &sst_log_exchange,
    &sst_log_powermta,
    &sst_log_kumomta,
    &sst_log_chasquid,
    &sst_log_dma,
    &sst_log_nullmailer,
    NULL,
};
/* clang-format on */
