#pragma once

#include "console.h"
#include "leftovers.h"
#include "tracer.h"
#include "trial.h"

#include <optional>
#include <string>
#include <vector>

namespace sweep {

// One command of the runtime on one bundle, to be run again and again: what has to be there before,
// what the container says of itself, and what is left. What keeps the sweep itself from working
// ends the program, with status 2.
class Scene {
public:
    // `kind` of the sweep is for messages.
    Scene(const Options& options, const std::string& config, const std::string& command,
          const std::string& kind);

    // Runs the command twice without a fault. Both must work, and show the same.
    void learn();

    // Makes what has to be there before.
    void prepare();

    // Runs the command, traced.
    Outcome run(const Fault& fault, Schedule schedule);

    // Makes the container show itself.
    Finished follow_up();

    // What the container says of itself; waits until it is complete.
    std::string shown(int patience_ms);

    // One `delete --force`.
    Finished remove();

    // What is there now, and was not when the scene was made.
    std::vector<std::string> left();

    // What the command has changed about a container that was there before and that it only visits.
    // A process that it was to start may be there.
    std::vector<std::string> disturbed();

    // Of a command that changes a value: it is as it was before, or as it was to become.
    bool has_old_value() const;
    bool has_new_value() const;

    // Takes everything away by force.
    void clean() { leftovers_.clean(); }

    // Of the command: what it wrote to standard error.
    std::string errors() const;

    const Trial& trial() const { return trial_; }
    const Outcome& reference() const { return reference_; }   // without a fault
    const std::string& expected() const { return expected_; } // what it shows then
    const std::string& command() const { return command_; }

private:
    [[noreturn]] void give_up(const std::string& why);
    void wait_until_stopped();
    void learn_once(bool again);

    const Options& options_;
    std::string config_, command_, kind_;
    Leftovers leftovers_;
    std::optional<Leftovers> visited_;
    Console console_;
    Trial trial_;
    bool terminal_ = false, cold_ = false;
    std::string shown_, expected_;
    Outcome reference_;
};

// The lines that one text has and the other has not: "-line " and "+line ".
std::string difference(const std::string& wanted, const std::string& text);

} // namespace sweep
