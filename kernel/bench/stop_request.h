// What a long measurement or test asks now and then: whether it should end.
#pragma once

namespace kernel {

class StopRequest {
 public:
  virtual bool stop_requested() = 0;

 protected:
  ~StopRequest() = default;
};

}  // namespace kernel
