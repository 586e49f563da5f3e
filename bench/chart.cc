// SPDX-License-Identifier: Apache-2.0

#include "chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report.h"

namespace idem::bench {
namespace {

constexpr double kWidth = 860;
constexpr double kLeft = 200;   // of the scale; names stand before it
constexpr double kRight = 790;  // numbers stand behind it
constexpr double kTop = 44;
constexpr double kBar = 14;
constexpr double kGap = 4;
constexpr double kBetweenGroups = 30;
constexpr const char* kIdemColour = "#0b6e99";
constexpr const char* kOtherColour = "#b7bec7";
constexpr const char* kInk = "#24292f";

// Powers of ten around all that has to be shown.
class Scale {
 public:
  void Include(double value) {
    low_ = std::min(low_, std::floor(std::log10(value)));
    high_ = std::max(high_, std::ceil(std::log10(value)));
  }
  double At(double value) const {
    return kLeft + (std::log10(value) - low_) / (high_ - low_) * (kRight - kLeft);
  }
  int low() const { return static_cast<int>(low_); }
  int high() const { return static_cast<int>(high_); }

 private:
  double low_ = -1;
  double high_ = 1;
};

std::string Text(double x, double y, std::string_view anchor, std::string_view text,
                 std::string_view extra = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" {}>{}</text>\n", x, y,
                     anchor, extra, text);
}

std::string Line(double x1, double y1, double x2, double y2, std::string_view colour) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1, x2,
      y2, colour);
}

// & and < are all that a text may not hold as they are.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else
      escaped += c;
  }
  return escaped;
}

std::string Bar(const Scale& scale, double y, std::string_view name, const Spread& ratio) {
  const bool is_idem = name.starts_with("idem");
  const double middle = y + kBar / 2;
  const double from = scale.At(std::pow(10, scale.low()));
  return Text(kLeft - 8, middle + 4, "end", name, is_idem ? "font-weight=\"bold\"" : "") +
         fmt::format(
             "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"/>\n", from,
             y, scale.At(ratio.median) - from, kBar, is_idem ? kIdemColour : kOtherColour) +
         Line(scale.At(ratio.least), middle, scale.At(ratio.most), middle, kInk) +
         Text(kRight + 8, middle + 4, "start", fmt::format("{:.2f}", ratio.median));
}

std::string TitleOf(const Comparison& one) {
  return Escaped(fmt::format("{}: {} records, batch {}, values {}, {}", one.workload->name,
                             one.settings.records, one.settings.batch,
                             ToString(one.settings.values), ToString(one.settings.durability)));
}

Scale ScaleOf(const Results& results) {
  Scale scale;
  for (const Comparison& one : results.comparisons) {
    for (const Series& series : one.series) {
      const Spread ratio = RateRatio(series, one.series.front());
      scale.Include(ratio.least);
      scale.Include(ratio.most);
    }
  }
  return scale;
}

std::string Groups(const Results& results, const Scale& scale, double* y) {
  std::string groups;
  for (const Comparison& one : results.comparisons) {
    *y += kBetweenGroups;
    groups += Text(kLeft, *y - 8, "start", TitleOf(one), "font-weight=\"bold\"");
    for (const Series& series : one.series) {
      if (&series == &one.series.front()) continue;
      groups += Bar(scale, *y, series.peer->name, RateRatio(series, one.series.front()));
      *y += kBar + kGap;
    }
  }
  return groups;
}

std::string Grid(const Scale& scale, double bottom) {
  std::string grid;
  for (int power = scale.low(); power <= scale.high(); ++power) {
    const double value = std::pow(10, power);
    grid += Line(scale.At(value), kTop, scale.At(value), bottom, power == 0 ? kInk : "#e3e6ea");
    grid += Text(scale.At(value), kTop - 6, "middle", fmt::format("{:g}x", value));
  }
  return grid;
}

}  // namespace

std::string ToSvg(const Results& results) {
  const Scale scale = ScaleOf(results);
  double y = kTop;
  const std::string groups = Groups(results, scale, &y);
  const double height = y + kGap * 3;
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1:.0f}\" width=\"{0}\" "
             "height=\"{1:.0f}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"{2}\">\n"
             "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
             kWidth, height, kInk) +
         Text(kLeft, kTop - 26, "start",
              fmt::format("Times the rate of {}, median and spread", ReferencePeer().name)) +
         Grid(scale, y) + groups + "</svg>\n";
}

}  // namespace idem::bench
