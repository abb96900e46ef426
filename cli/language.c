/*
 * Language tags (BCP 47) and names of locales (POSIX: "zh_CN.UTF-8@variant").
 */
#include "language.h"

#include <stdlib.h>
#include <string.h>

#include <smtpstatus/text.h>

const char *language_named(const char *tag)
{
    return sst_language_match(tag);
}

const char *language_of_environment(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *locale = NULL;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0] && !locale; i++) {
        locale = getenv(variables[i]);
        if (locale && *locale == '\0')
            locale = NULL;
    }
    char tag[64];
    size_t len = locale ? strcspn(locale, ".@") : 0;
    if (len >= sizeof tag)
        len = 0;
    memcpy(tag, locale ? locale : "", len);
    tag[len] = '\0';
    const char *found = sst_language_match(tag);
    return found ? found : "en";
}

void language_list(char *buffer, size_t size)
{
    buffer[0] = '\0';
    for (size_t i = 0; i < sst_language_count(); i++) {
        if (i > 0)
            strncat(buffer, ", ", size - strlen(buffer) - 1);
        strncat(buffer, sst_language_tag(i), size - strlen(buffer) - 1);
    }
}

const char *label(const char *key, const char *language)
{
    const char *text = sst_label(key, language);
    return text ? text : key;
}
