#include "harness/cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "harness/base/secret.h"
#include "harness/base/text.h"

namespace freshet::cli {
namespace {

// Everything but allow_guessing: "--par" is an error, not --param.
constexpr int kStyle = po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent |
                       po::command_line_style::long_allow_next | po::command_line_style::allow_short |
                       po::command_line_style::short_allow_adjacent |
                       po::command_line_style::short_allow_next |
                       po::command_line_style::allow_dash_for_short;

constexpr int kMostPositional = 16;  // read them all, so that the error can name the one too many

std::vector<std::string> long_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

std::string unknown_option(const std::string& found, const po::options_description& options) {
  const std::string name = found.substr(0, found.find('='));
  const std::string near = base::nearest(name, long_names(options));
  std::string message = fmt::format("unknown option {}", name);
  return message + (near.empty() ? "; --help lists the options" : "; nearest: " + near);
}

base::Error refused(const po::error& error, const po::options_description& options) {
  if (const auto* unknown = dynamic_cast<const po::unknown_option*>(&error)) {
    return base::usage_error(unknown_option(unknown->get_option_name(), options));
  }
  return base::usage_error(error.what());
}

base::Status check_positional(const OptionSpec& spec, const po::variables_map& values) {
  const std::size_t found =
      values.count(kPositional) ? values[kPositional].as<std::vector<std::string>>().size() : 0;
  if (spec.positional.empty() && found > 0) {
    return base::usage_error(
        fmt::format("unexpected argument {}", values[kPositional].as<std::vector<std::string>>().front()));
  }
  if (spec.positional_is_many) {
    if (found >= 2) return base::Ok{};
    return base::usage_error(
        fmt::format("two or more {}s are expected, found {}; --help shows examples", spec.positional, found));
  }
  if (found > 1) {
    return base::usage_error(fmt::format("one {} is expected, found also {}", spec.positional,
                                         values[kPositional].as<std::vector<std::string>>()[1]));
  }
  if (found == 0 && !spec.positional.empty() && !spec.positional_is_optional) {
    return base::usage_error(fmt::format("a {} is expected; --help shows examples", spec.positional));
  }
  return base::Ok{};
}

}  // namespace

base::Result<po::variables_map> parse(const OptionSpec& spec, const std::vector<std::string>& args) {
  po::options_description all;
  all.add(spec.options);
  all.add_options()(kPositional, po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add(kPositional, kMostPositional);
  po::variables_map values;
  const auto help = [](const std::string& arg) { return arg == "--help" || arg == "-h"; };
  if (std::any_of(args.begin(), args.end(), help)) {
    values.insert({"help", po::variable_value(true, false)});
    return values;
  }
  try {
    po::store(po::command_line_parser(args).options(all).positional(positional).style(kStyle).run(), values);
    po::notify(values);
  } catch (const po::error& error) {  // the library's only way to say no; it ends here
    return refused(error, spec.options);
  }
  if (const base::Status status = check_positional(spec, values); !status) return status.error();
  return values;
}

std::vector<Option> option_list(const OptionSpec& spec) {
  std::vector<Option> list;
  for (const auto& described : spec.options.options()) {
    Option option;
    option.long_name = "--" + described->long_name();
    const std::string name = described->canonical_display_name(po::command_line_style::allow_dash_for_short);
    if (name.starts_with("-")) option.short_name = name;
    option.about = described->description();
    if (described->semantic()->max_tokens() > 0) {
      const std::string value = described->semantic()->name();  // "FORMAT (=text)"
      const std::size_t standard = value.find(" (=");
      option.value = value.substr(0, standard);
      if (standard != std::string::npos)
        option.standard = value.substr(standard + 3, value.size() - standard - 4);
      option.repeats = described->semantic()->is_composing();
    }
    list.push_back(std::move(option));
  }
  return list;
}

std::string option_help(const OptionSpec& spec) {
  std::ostringstream text;
  text << spec.options;
  return text.str();
}

base::Result<std::map<std::string, std::string>> key_values(const std::string& option,
                                                            const std::vector<std::string>& texts) {
  std::map<std::string, std::string> map;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      const bool secret = base::is_secret(text);
      return base::usage_error(
          fmt::format("{} takes name=value, found \"{}\"", option, secret ? "****" : text));
    }
    const std::string name = text.substr(0, equals);
    if (!map.emplace(name, text.substr(equals + 1)).second) {
      return base::usage_error(fmt::format("{} {} is given twice", option, name));
    }
  }
  return map;
}

void add_look(po::options_description& options) {
  options.add_options()("width", po::value<unsigned>()->value_name("COLUMNS"),
                        "width of the text; by default the terminal's, at most 120, else 80")(
      "no-color", po::bool_switch(), "no colours; so does the variable NO_COLOR");
}

base::Result<Look> look_of(const po::variables_map& values) {
  Look look;
  look.no_colour = values["no-color"].as<bool>();
  if (values.count("width")) {
    look.width = values["width"].as<unsigned>();
    if (look.width < reports::kMinimumWidth || look.width > 1000) {
      return base::usage_error(
          fmt::format("--width is {}; expected {} to 1000", look.width, reports::kMinimumWidth));
    }
  }
  return look;
}

}  // namespace freshet::cli
