#include "plan/mount_options.h"

#include "base/text.h"
#include "plan/compilation.h"

#include <algorithm>
#include <linux/mount.h>
#include <optional>
#include <sys/mount.h>

namespace tare::plan {

namespace {

enum class Does {
    kSet,       // an attribute, with an r form
    kClear,     // takes it away again, also from the source of a bind mount
    kAtime,     // chooses one of the three that exclude each other
    kNotAtime,  // takes the choice back
    kPropagate, // MS_*, with its r form
    kSuper,     // a flag of the file system
    kFlag,      // a word of ours: `flag` is set
    kNothing,
};

struct Option {
    std::string_view name;
    Does does;
    std::uint64_t value = 0;
    bool MountOptions::*flag = nullptr;
};

// Each of the first group has a form with an r in front that means the whole tree below.
constexpr Option kOptions[] = {
    {"ro", Does::kSet, MOUNT_ATTR_RDONLY},
    {"rw", Does::kClear, MOUNT_ATTR_RDONLY},
    {"nosuid", Does::kSet, MOUNT_ATTR_NOSUID},
    {"suid", Does::kClear, MOUNT_ATTR_NOSUID},
    {"nodev", Does::kSet, MOUNT_ATTR_NODEV},
    {"dev", Does::kClear, MOUNT_ATTR_NODEV},
    {"noexec", Does::kSet, MOUNT_ATTR_NOEXEC},
    {"exec", Does::kClear, MOUNT_ATTR_NOEXEC},
    {"nodiratime", Does::kSet, MOUNT_ATTR_NODIRATIME},
    {"diratime", Does::kClear, MOUNT_ATTR_NODIRATIME},
    {"nosymfollow", Does::kSet, MOUNT_ATTR_NOSYMFOLLOW},
    {"symfollow", Does::kClear, MOUNT_ATTR_NOSYMFOLLOW},
    {"relatime", Does::kAtime, MOUNT_ATTR_RELATIME},
    {"noatime", Does::kAtime, MOUNT_ATTR_NOATIME},
    {"strictatime", Does::kAtime, MOUNT_ATTR_STRICTATIME},
    {"norelatime", Does::kNotAtime, MOUNT_ATTR_RELATIME},
    {"atime", Does::kNotAtime, MOUNT_ATTR_NOATIME},
    {"nostrictatime", Does::kNotAtime, MOUNT_ATTR_STRICTATIME},
    {"private", Does::kPropagate, MS_PRIVATE},
    {"shared", Does::kPropagate, MS_SHARED},
    {"slave", Does::kPropagate, MS_SLAVE},
    {"unbindable", Does::kPropagate, MS_UNBINDABLE},

    {"bind", Does::kFlag, 0, &MountOptions::bind},
    {"rbind", Does::kFlag, 0, &MountOptions::recursive_bind},
    {"idmap", Does::kFlag, 0, &MountOptions::id_map},
    {"ridmap", Does::kFlag, 0, &MountOptions::recursive_id_map},
    {"remount", Does::kFlag, 0, &MountOptions::remount},
    {"tmpcopyup", Does::kFlag, 0, &MountOptions::copy_up},
    // crun's, which podman passes on: of and over symlinks themselves.
    {"copy-symlink", Does::kFlag, 0, &MountOptions::copy_symlink},
    {"src-nofollow", Does::kFlag, 0, &MountOptions::source_nofollow},
    {"dest-nofollow", Does::kFlag, 0, &MountOptions::target_nofollow},
    {"sync", Does::kSuper},
    {"async", Does::kSuper},
    {"dirsync", Does::kSuper},
    {"lazytime", Does::kSuper},
    {"nolazytime", Does::kSuper},
    {"mand", Does::kSuper},
    {"nomand", Does::kSuper},
    // The default, what mount(2) has to be asked for (see plan/mount.cc), and what needs no asking:
    // what fsopen(2) has to say never goes to the kernel's log.
    {"defaults", Does::kNothing},
    {"iversion", Does::kNothing},
    {"noiversion", Does::kNothing},
    {"silent", Does::kNothing},
    {"loud", Does::kNothing},
};

bool has_recursive_form(const Option& option) {
    return option.does == Does::kSet || option.does == Does::kClear || option.does == Does::kAtime
           || option.does == Does::kNotAtime || option.does == Does::kPropagate;
}

// The attributes of one mount point, or of a whole tree, while options come in one by one.
struct Change {
    std::uint64_t set = 0, clear = 0;
    std::optional<std::uint64_t> atime;

    void apply(const Option& option) {
        switch (option.does) {
        case Does::kSet:
            set |= option.value;
            clear &= ~option.value;
            break;
        case Does::kClear:
            set &= ~option.value;
            clear |= option.value;
            break;
        case Does::kAtime:
            atime = option.value;
            break;
        default: // what another option chose stays
            if (!atime || *atime == option.value) atime = MOUNT_ATTR_RELATIME;
        }
    }
    // mount_setattr(2): the three ways are one field, which is cleared as a whole.
    void finish(std::uint64_t& to_set, std::uint64_t& to_clear) const {
        to_set = set | atime.value_or(0);
        to_clear = clear | (atime ? std::uint64_t{MOUNT_ATTR__ATIME} : 0);
    }
};

// fsconfig(2) takes one option a call; engines may write several into one entry. A comma counts
// neither inside double quotes nor behind a backslash: SELinux contexts, overlay directories.
std::vector<std::string> split_entry(const std::string& entry) {
    std::vector<std::string> parts(1);
    bool quoted = false;
    for (std::size_t i = 0; i < entry.size(); ++i) {
        if (entry[i] == '"') quoted = !quoted;
        if (entry[i] == ',' && !quoted) {
            parts.emplace_back();
            continue;
        }
        parts.back() += entry[i];
        // As overlayfs has it: the second of two backslashes hides nothing.
        if (entry[i] == '\\' && i + 1 < entry.size()) parts.back() += entry[++i];
    }
    std::erase(parts, "");
    return parts;
}

class Reader {
public:
    Status take(const std::string& text, const std::string& origin) {
        for (const std::string_view name : {"idmap=", "ridmap="})
            if (text.starts_with(name))
                return take_id_map(std::string_view(text).substr(name.size()), name[0] == 'r',
                                   origin);
        take_name(text);
        return {};
    }

    MountOptions finish() {
        out_.bind |= out_.recursive_bind;
        out_.id_map |= out_.recursive_id_map;
        self_.finish(out_.attributes.set, out_.attributes.clear);
        tree_.finish(out_.attributes.recursive_set, out_.attributes.recursive_clear);
        return std::move(out_);
    }

private:
    Status take_id_map(std::string_view mapping, bool recursive, const std::string& origin) {
        out_.id_map_option = TRY(read_id_map_option(mapping, origin));
        out_.id_map = true;
        out_.recursive_id_map |= recursive;
        return {};
    }

    void take_name(const std::string& text) {
        for (const Option& option : kOptions) {
            if (text == option.name) return apply(option, self_, false);
            if (has_recursive_form(option) && text.front() == 'r'
                && std::string_view(text).substr(1) == option.name)
                return apply(option, tree_, true);
        }
        out_.data.push_back(text);
    }

    void apply(const Option& option, Change& change, bool recursive) {
        switch (option.does) {
        case Does::kPropagate:
            out_.attributes.propagation = option.value;
            out_.attributes.propagation_recursive = recursive;
            break;
        case Does::kSuper:
            out_.super.emplace_back(option.name);
            break;
        case Does::kNothing:
            out_.wants_iversion |= option.name == "iversion";
            break;
        case Does::kFlag:
            out_.*option.flag = true;
            break;
        default:
            change.apply(option);
        }
    }

    MountOptions out_;
    Change self_, tree_;
};

void describe_change(std::uint64_t set, std::uint64_t clear, const char* prefix,
                     std::vector<std::string>& names) {
    for (const Option& option : kOptions) {
        const bool plain = (option.does == Does::kSet && (set & option.value) != 0)
                           || (option.does == Does::kClear && (clear & option.value) != 0);
        const bool chosen = (set & MOUNT_ATTR__ATIME) == option.value
                            && (option.value != 0 || (clear & MOUNT_ATTR__ATIME) != 0);
        const bool atime = option.does == Does::kAtime && chosen;
        if (plain || atime) names.push_back(prefix + std::string(option.name));
    }
}

} // namespace

std::vector<std::string> mount_option_names() {
    std::vector<std::string> names;
    for (const Option& option : kOptions) {
        names.emplace_back(option.name);
        if (has_recursive_form(option)) names.push_back("r" + std::string(option.name));
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<MountOptions> read_mount_options(const std::vector<std::string>& options,
                                        const std::string& origin) {
    Reader reader;
    for (std::size_t i = 0; i < options.size(); ++i) {
        const std::vector<std::string> parts = split_entry(options[i]);
        const std::string at = pointer_to(origin + "/options", i);
        for (const std::string& part : parts) {
            if (part.front() == '=')
                return invalid(at + ": " + quote(part) + " has no name in front of '='");
            TRY(reader.take(part, at));
        }
    }
    return reader.finish();
}

bool makes_readonly(const wire::Attributes& attributes) {
    const std::uint64_t set =
        (attributes.set & ~attributes.recursive_clear) | attributes.recursive_set;
    return (set & MOUNT_ATTR_RDONLY) != 0;
}

std::string describe(const wire::Attributes& attributes) {
    std::vector<std::string> names;
    describe_change(attributes.set, attributes.clear, "", names);
    describe_change(attributes.recursive_set, attributes.recursive_clear, "r", names);
    for (const Option& option : kOptions)
        if (option.does == Does::kPropagate && attributes.propagation == option.value)
            names.push_back((attributes.propagation_recursive != 0 ? "r" : "")
                            + std::string(option.name));
    if (attributes.id_map != wire::kNoSlot)
        names.emplace_back(attributes.id_map_recursive != 0 ? "ridmap" : "idmap");
    return joined(names);
}

} // namespace tare::plan
