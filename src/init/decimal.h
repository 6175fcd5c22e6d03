#pragma once

namespace tare::init {

// A number as text.
struct Decimal {
    explicit Decimal(unsigned long number) : text(digits + sizeof digits - 1) {
        *text = '\0';
        do
            *--text = static_cast<char>('0' + number % 10);
        while ((number /= 10) != 0);
    }
    Decimal(const Decimal&) = delete;

    char digits[21];
    char* text;
};

// And back: 0 where no digit is in front.
inline unsigned number_of(const char* digits) {
    unsigned number = 0;
    for (; *digits >= '0' && *digits <= '9'; ++digits)
        number = number * 10 + static_cast<unsigned>(*digits - '0');
    return number;
}

} // namespace tare::init
