#include "plan/mount_options.h"

#include "base/text.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace tare::plan {
namespace {

std::string ranges(const std::string& name, const std::vector<IdRange>& list) {
    std::string out = list.empty() ? "" : " " + name;
    for (const IdRange& range : list)
        out += (range.relative ? " @" : " ") + std::to_string(range.inside) + ">"
               + std::to_string(range.outside) + "+" + std::to_string(range.size);
    return out;
}

std::string read(const std::vector<std::string>& options) {
    const auto read = read_mount_options(options, "/mounts/0");
    if (!read) return read.error().text;
    std::string out = describe(read->attributes);
    if (read->bind) out += read->recursive_bind ? " +rbind" : " +bind";
    if (read->remount) out += " +remount";
    if (read->copy_up) out += " +copy_up";
    if (read->copy_symlink) out += " +copy-symlink";
    if (read->source_nofollow) out += " +src-nofollow";
    if (read->target_nofollow) out += " +dest-nofollow";
    if (read->id_map) out += read->recursive_id_map ? " +ridmap" : " +idmap";
    out += ranges("uids", read->id_map_option.uids) + ranges("gids", read->id_map_option.gids);
    if (!read->super.empty()) out += " super=" + joined(read->super, ",");
    if (read->wants_iversion) out += " +iversion";
    if (!read->data.empty()) out += " data=" + joined(read->data, "|");
    return out;
}

TEST(ReadMountOptions, SplitsThemByWhatTheyAreOf) {
    const struct {
        std::vector<std::string> options;
        const char* text;
    } cases[] = {
        {{}, ""},
        {{"nosuid", "noexec", "nodev"}, "nosuid, nodev, noexec"},
        {{"ro", "rw"}, "rw"},
        {{"rw", "ro"}, "ro"},
        {{"rw", "suid", "dev", "exec", "diratime", "symfollow"},
         "rw, suid, dev, exec, diratime, symfollow"},
        {{"nodiratime", "nosymfollow"}, "nodiratime, nosymfollow"},
        {{"rro", "rnosuid", "rnodev", "rnoexec", "rnodiratime", "rnosymfollow"},
         "rro, rnosuid, rnodev, rnoexec, rnodiratime, rnosymfollow"},
        {{"rrw", "rsuid", "rdev", "rexec", "rdiratime", "rsymfollow"},
         "rrw, rsuid, rdev, rexec, rdiratime, rsymfollow"},
        // One field with three values: the last choice counts, "no" takes back only its own.
        {{"noatime", "strictatime"}, "strictatime"},
        {{"noatime", "atime"}, "relatime"},
        {{"strictatime", "atime"}, "strictatime"},
        {{"noatime", "norelatime"}, "noatime"},
        {{"strictatime", "nostrictatime"}, "relatime"},
        {{"atime"}, "relatime"},
        {{"rnoatime"}, "rnoatime"},
        {{"rstrictatime"}, "rstrictatime"},
        {{"rrelatime"}, "rrelatime"},
        {{"ratime"}, "rrelatime"},
        {{"rnoatime", "rnostrictatime", "rnorelatime"}, "rnoatime"},
        {{"shared"}, "shared"},
        {{"rshared"}, "rshared"},
        {{"slave", "rprivate"}, "rprivate"},
        {{"unbindable"}, "unbindable"},
        {{"runbindable"}, "runbindable"},
        {{"bind"}, " +bind"},
        {{"rbind", "rslave"}, "rslave +rbind"},
        {{"remount", "ro"}, "ro +remount"},
        {{"idmap"}, " +idmap"},
        {{"ridmap"}, " +ridmap"},
        {{"idmap=uids=0-1-10#10-21-5;gids=@0-0-10"}, " +idmap uids 0>1+10 10>21+5 gids @0>0+10"},
        {{"ridmap=gids=1-2-3;uids=4-5-6"}, " +ridmap uids 4>5+6 gids 1>2+3"},
        {{"idmap=uids=0-1-2"}, "/mounts/0/options/0: needs both uids= and gids="},
        {{"ro", "idmap=uids=0-1;gids=0-1-2"},
         "/mounts/0/options/1: '0-1' must be FILE-SYSTEM-ID-HOST-ID-COUNT, such as 0-100000-65536"},
        {{"idmap=uids=0-1-0;gids=0-1-2"},
         "/mounts/0/options/0: '0-1-0' must be FILE-SYSTEM-ID-HOST-ID-COUNT, such as "
         "0-100000-65536"},
        {{"idmap=both=0-1-2"}, "/mounts/0/options/0: 'both=0-1-2' must begin with uids= or gids="},
        {{"idmap="}, "/mounts/0/options/0: '' must begin with uids= or gids="},
        {{"rbind", "copy-symlink"}, " +rbind +copy-symlink"},
        {{"src-nofollow", "dest-nofollow"}, " +src-nofollow +dest-nofollow"},
        {{"tmpcopyup"}, " +copy_up"},
        {{"sync", "dirsync", "lazytime", "mand"}, " super=sync,dirsync,lazytime,mand"},
        {{"async", "nolazytime", "nomand"}, " super=async,nolazytime,nomand"},
        {{"defaults", "noiversion", "silent", "loud"}, ""},
        {{"iversion"}, " +iversion"},
        {{"mode=755", "size=64k"}, " data=mode=755|size=64k"},
        {{"size=64k,ro,,mode=755"}, "ro data=size=64k|mode=755"},
        {{"context=\"a:b:c1,c2\",uid=1"}, " data=context=\"a:b:c1,c2\"|uid=1"},
        {{"lowerdir=/a\\,b:/c"}, " data=lowerdir=/a\\,b:/c"},
        {{"lowerdir=/a\\\\,nodev"}, "nodev data=lowerdir=/a\\\\"},
        {{"", ","}, ""},
        {{"RO", "rbinds", "r", "rr", "rnomand"}, " data=RO|rbinds|r|rr|rnomand"},
        {{"ro", "=5"}, "/mounts/0/options/1: '=5' has no name in front of '='"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(read(c.options), c.text) << joined(c.options);
}

TEST(MountOptionNames, AreSortedAndAllKnown) {
    const auto names = mount_option_names();
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
    EXPECT_EQ(names.size(), 65u);
    for (const std::string& name : names) {
        const auto options = read_mount_options({name}, "");
        ASSERT_TRUE(options);
        EXPECT_TRUE(options->data.empty()) << name;
    }
}

} // namespace
} // namespace tare::plan
