/* Copies of what a caller queues. A job is one block, its texts behind its recipients. */
#include "client/job.h"

#include <string.h>

#include "base/alloc.h"
#include "client/command.h"

/* Copies a text to *to, which moves on; absent stays absent. */
static sst_span copy(char **to, sst_span text)
{
    if (!text.ptr)
        return text;
    sst_span own = {*to, text.len};
    if (text.len > 0)
        memcpy(*to, text.ptr, text.len);
    *to += text.len;
    return own;
}

/* Addresses and the like have limits, so that no sum of a mail's can overflow. */
static size_t texts_of(const sst_client_mail *mail)
{
    size_t total = mail->sender.len + mail->envid.len + mail->auth.len + mail->hold_until.len;
    for (size_t i = 0; i < mail->recipient_count; i++) {
        const sst_client_recipient *recipient = &mail->recipients[i];
        total += recipient->address.len + recipient->orcpt.len + recipient->orcpt_type.len;
    }
    return total;
}

/* The extensions that a mail would like and can do without. */
static uint32_t asks_for(const sst_client_mail *mail)
{
    bool dsn = mail->ret != SST_CLIENT_RET_NONE || mail->envid.ptr;
    for (size_t i = 0; i < mail->recipient_count && !dsn; i++)
        dsn = mail->recipients[i].notify != 0 || mail->recipients[i].orcpt.ptr;
    return (dsn ? SST_EXTENSION_DSN : 0u) | (mail->auth.ptr ? SST_EXTENSION_AUTH : 0u) |
           (mail->has_priority ? SST_EXTENSION_MT_PRIORITY : 0u) |
           (mail->prdr ? SST_EXTENSION_PRDR : 0u) | (mail->chunking ? SST_EXTENSION_CHUNKING : 0u);
}

client_job *sst_job_of_mail(const sst_allocator *allocator, const sst_client_mail *mail)
{
    size_t list = mail->recipient_count * sizeof(job_recipient);
    client_job *job = sst_allocate(allocator, sizeof *job + list + texts_of(mail), 1);
    if (!job)
        return NULL;
    memset(job, 0, sizeof *job);
    char *to = (char *)job + sizeof *job + list;
    job->mail = *mail;
    job->mail.recipients = NULL;
    job->mail.sender = copy(&to, mail->sender);
    job->mail.envid = copy(&to, mail->envid);
    job->mail.auth = copy(&to, mail->auth);
    job->mail.hold_until = copy(&to, mail->hold_until);
    job->is_utf8 = mail->smtputf8 || !sst_command_is_ascii(mail->sender);
    job->any_utf8 = job->is_utf8;
    job->asks = asks_for(mail);
    for (size_t i = 0; i < mail->recipient_count; i++) {
        job_recipient *recipient = &job->recipients[i];
        recipient->given = mail->recipients[i];
        recipient->given.address = copy(&to, mail->recipients[i].address);
        recipient->given.orcpt = copy(&to, mail->recipients[i].orcpt);
        recipient->given.orcpt_type = copy(&to, mail->recipients[i].orcpt_type);
        recipient->state = JOB_WAITING;
        recipient->is_utf8 = !sst_command_is_ascii(recipient->given.address);
        job->any_utf8 = job->any_utf8 || recipient->is_utf8;
    }
    return job;
}

client_job *sst_job_of_command(const sst_allocator *allocator, sst_command command,
                               sst_span argument)
{
    client_job *job = sst_allocate(allocator, sizeof *job + argument.len, 1);
    if (!job)
        return NULL;
    memset(job, 0, sizeof *job);
    char *to = (char *)job + sizeof *job;
    job->command = command;
    job->argument = copy(&to, argument);
    return job;
}

void sst_job_append(client_queue *queue, client_job *job)
{
    *(queue->last ? queue->last : &queue->first) = job;
    queue->last = &job->next;
    queue->count++;
}

client_job *sst_job_take(client_queue *queue)
{
    client_job *job = queue->first;
    queue->first = job->next;
    if (!queue->first)
        queue->last = NULL;
    queue->count--;
    job->next = NULL;
    return job;
}
