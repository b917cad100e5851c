#include "engine/cli/torch_commands.h"

#include <ATen/ATen.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <string>

#include "engine/cli/console.h"
#include "engine/kernels/memory.h"
#include "engine/probe/attention_probe.h"
#include "engine/train/pretrainer.h"
#include "engine/train/run_channel.h"

namespace {

using namespace heddle;

std::atomic<int> signals_seen = 0;

// The first signal finishes the step and saves; the second ends at once.
void onStopSignal(int number) {
  if (signals_seen.fetch_add(1) > 0) {
    ::_exit(128 + number);
  }
  RunChannel::requestStopFromSignal();
}

void print(const Error& error) {
  std::fprintf(stderr, "heddle-engine: %s\n", error.message().c_str());
}

std::string answerTo(AttentionProbe& probe, const std::string& line) {
  const auto request = decodeRequest(line);
  if (!request) {
    return encodeFailure({0, request.error().text, request.error().hint});
  }
  try {
    const auto answer = probe.attention(*request);
    return answer ? encodeAnswer(*answer)
                  : encodeFailure({request->id, answer.error().text, answer.error().hint});
  } catch (const c10::Error& problem) {
    return encodeFailure(
        {request->id, std::string("the engine failed: ") + problem.what_without_backtrace(), ""});
  } catch (const std::exception& problem) {
    return encodeFailure({request->id, std::string("the engine failed: ") + problem.what(), ""});
  }
}

}  // namespace

#define HEDDLE_EXPORT extern "C" __attribute__((visibility("default")))

HEDDLE_EXPORT int heddleTrain(const TrainCommand* command) {
  struct sigaction action {};
  action.sa_handler = onStopSignal;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    ::sigaction(number, &action, nullptr);
  }
  ::signal(SIGPIPE, SIG_IGN);  // nobody reading the console any more is no reason to end
  keepFreedMemory();
  Console console(command->style);
  const auto reason = pretrain({command->recipe, command->workspace, command->folder,
                                [&console](const Event& event) { console.show(event); }});
  if (!reason) {
    print(reason.error());
    return kExitFailed;
  }
  return kExitDone;
}

HEDDLE_EXPORT int heddleServe() {
  AttentionProbe probe;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (!line.empty()) {
      std::cout << answerTo(probe, line) << '\n' << std::flush;
    }
  }
  return kExitDone;
}
