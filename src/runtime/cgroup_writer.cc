#include "runtime/cgroup_writer.h"

#include "base/log.h"
#include "base/text.h"
#include "plan/cgroup.h"
#include "plan/update.h"
#include "runtime/cgroup_tree.h"
#include "sys/file.h"

#include <algorithm>
#include <cerrno>

namespace tare::runtime {

namespace {

constexpr std::size_t kMostOfAFile = 1 << 20; // io.max of very many devices

std::string without_newline(std::string text) {
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

std::string undo_value_of(const std::string& file, const std::string& value, std::string before) {
    return plan::undo_value(file, value, without_newline(std::move(before)));
}

Failure not_delegated(const plan::CgroupWrite& write, const std::string& path) {
    return Failure(
        {ENOENT, write.origin + ": needs " + quote(write.file) + " of the controller "
                     + quote(plan::controller_of(write.file)) + ", which systemd has not given to "
                     + quote(path)
                     + "; for users Delegate= of user@.service says which ones it gives"});
}

} // namespace

bool is_limit(const plan::CgroupWrite& write) {
    return !write.optional && write.value != "max" && !write.value.starts_with("max ");
}

void CgroupWriter::remember_all() {
    const auto remember = [this](const std::string& file, const std::string& value) {
        auto before = sys::read_file_at(cgroup_, file, kMostOfAFile);
        if (before) done_.push_back({file, undo_value_of(file, value, *std::move(before))});
    };
    for (const plan::CgroupWrite& write : plan_.writes) {
        remember(write.file, write.value);
        if (!write.else_file.empty()) remember(write.else_file, write.else_value);
    }
    remembers_ = true;
}

Status CgroupWriter::write_all() {
    for (const plan::CgroupWrite& write : plan_.writes)
        TRY(this->write(write));
    return {};
}

void CgroupWriter::undo() const {
    for (auto done = done_.rbegin(); done != done_.rend(); ++done) {
        const Status undone = sys::write_control_at(cgroup_, done->file, done->before);
        if (!undone) log::warning("bring back the old value: " + undone.error().text);
    }
}

Status CgroupWriter::write(const plan::CgroupWrite& write) {
    Status status = try_write(write);
    if (status || status.error().code != ENOENT) return status.map_error(under(write.origin));
    if (plan_.unit) return is_limit(write) ? not_delegated(write, path_) : Status();
    if (!enabled_ && !plan_.controllers.empty()) {
        tree_ = TRY(find_cgroup_tree());
        missing_ =
            TRY(enable_controllers(tree_, path_, plan_.controllers).map_error(under(write.origin)));
        enabled_ = true;
        return this->write(write);
    }
    if (!is_limit(write)) return {};
    if (std::ranges::find(missing_, plan::controller_of(write.file)) != missing_.end())
        return missing_controller(write, tree_);
    return status.map_error(under(write.origin));
}

Status CgroupWriter::try_write(const plan::CgroupWrite& write) {
    Status status = put(write.file, write.value);
    if (status || status.error().code != ENOENT || write.else_file.empty()) return status;
    status = put(write.else_file, write.else_value);
    if (!status && status.error().code == ENOENT)
        status.error().text += " (and no " + quote(write.file) + ")";
    return status;
}

// A file that cannot be read (memory.reclaim) holds nothing that could come back.
Status CgroupWriter::put(const std::string& file, const std::string& value) {
    if (memory_ == Memory::kNone || remembers_) return sys::write_control_at(cgroup_, file, value);
    auto before = sys::read_file_at(cgroup_, file, kMostOfAFile);
    TRY(sys::write_control_at(cgroup_, file, value));
    if (before) done_.push_back({file, undo_value_of(file, value, *std::move(before))});
    return {};
}

Status check_memory_usage(const Fd& cgroup, const plan::CgroupPlan& plan) {
    const auto limit = std::ranges::find(plan.writes, "memory.max", &plan::CgroupWrite::file);
    if (!plan.check_memory_usage || limit == plan.writes.end()) return {};
    const auto wanted = parse_unsigned(limit->value);
    const auto text = sys::read_file_at(cgroup, "memory.current", 4096);
    if (!wanted || !text) return {};
    const std::string current = without_newline(*text);
    if (*wanted < parse_unsigned(current).value_or(0))
        return invalid(limit->origin + ": " + limit->value + " is below what the cgroup uses now, "
                       + current + " (checkBeforeUpdate)");
    return {};
}

} // namespace tare::runtime
