#include "engine/text/sample_lexicon_zh.h"

#include <array>
#include <string_view>

namespace heddle::sample {
namespace {

constexpr const char* kFeminineNames =
    "王秀英, 李桂兰, 张淑珍, 刘玉梅, 陈丽华, 杨春燕, 赵美玲, 黄晓红, 周慧敏, 吴雪芹, 徐静怡, 孙巧云, 马兰香, "
    "朱文娟, "
    "胡彩霞, 郭素琴";
constexpr const char* kMasculineNames =
    "李建国, 王志强, 张伟民, 刘德福, 陈国栋, 杨长林, 赵永贵, 黄海涛, 周明亮, 吴家俊, 徐大勇, 孙立新, 马千里, "
    "朱文斌, "
    "胡振华, 郭天佑";
constexpr const char* kTowns =
    "青石镇, 柳河村, 白云县, 临江市, 望山屯, 梅岭镇, 杏花村, 龙泉县, 平安里, 长亭镇, 双桥乡, 竹溪县";
constexpr const char* kRoles =
    "老师, 医生, 农民, 裁缝, 木匠, 铁匠, 厨师, 画家, 商人, 渔夫, 护士, 司机, 学生, 邮递员, 园丁, 歌手, 猎人, "
    "店主, "
    "工程师, 记者, 警察, 船长, 钟表匠, 图书管理员, 邻居, 客人, 学徒, 诗人, 牧羊人, 理发师, 士兵, 演员, 镇长, "
    "书法家";
// Noun and measure word.
constexpr const char* kThings =
    "灯 盏, 书 本, 信 封, 桌子 张, 椅子 把, 篮子 个, 毯子 条, 镜子 面, 钟 座, 地图 张, 钥匙 把, 瓶子 个, "
    "锤子 把, "
    "梯子 架, 车轮 个, 马车 辆, 绳子 根, 大衣 件, 帽子 顶, 鞋 双, 戒指 枚, 硬币 枚, 鼓 面, 小提琴 把, 画 幅, "
    "窗户 扇, "
    "门 扇, 箱子 个, 刷子 把, 盘子 个, 长凳 条, 手表 块, 火把 支, 杯子 个, 裙子 条, 刀 把, 面包 块, 书架 个, "
    "围巾 条, "
    "苹果 个, 梨 个, 西瓜 个, 洋葱 头, 胡萝卜 根, 蛋糕 块, 罐子 个, 木桶 个, 袋子 个, 蜡烛 支, 针 根, 纽扣 "
    "颗, 窗帘 幅, "
    "地毯 块, 枕头 个, 水壶 把, 勺子 把, 碗 个, 锅 口, 扫帚 把, 锯子 把, 钉子 颗, 木板 块, 砖 块, 贝壳 枚, "
    "羽毛 根, "
    "花 朵, 树枝 根, 叶子 片, 种子 颗, 包裹 个, 邮票 枚, 报纸 份, 票 张, 日记 本, 笔记本 个, 铅笔 支, 旗子 "
    "面, 铃铛 个, "
    "风筝 只, 木偶 个, 船 条, 渔网 张, 灯笼 盏, 马鞍 副, 雨伞 把, 手提箱 只, 钱包 个, 奖章 枚, 织布机 台, "
    "毛笔 支, 扇子 把, "
    "茶壶 把";
constexpr const char* kAnimals =
    "狗 只, 猫 只, 马 匹, 山羊 只, 母鸡 只, 鹅 只, 鸭子 只, 牛 头, 驴 头, 兔子 只, 狐狸 只, 猫头鹰 只, 麻雀 "
    "只, 鱼 条";
constexpr const char* kPlaces =
    "市场 里, 学校 里, 桥 上, 花园 里, 图书馆 里, 河 边, 山 上, 村子 里, 码头 上, 磨坊 里, 教室 里, 厨房 里, "
    "地下室 里, "
    "作坊 里, 谷仓 里, 面包店 里, 客栈 里, 剧院 里, 博物馆 里, 医院 里, 车站 里, 公园 里, 街 上, 广场 上, 井 "
    "边, 果园 里, "
    "田 里, 海 边, 灯塔 下, 岛 上, 山洞 里, 院子 里, 火车站 里, 邮局 里, 茶馆 里, 古城墙 下";
constexpr const char* kMaterials = "木头, 羊毛, 丝绸, 铁, 银, 黄金, 铜, 皮革, 纸, 棉布, 陶土, 大理石, 竹子";
constexpr const char* kLooks =
    "红色, 蓝色, 绿色, 黄色, 黑色, 白色, 棕色, 灰色, 金色, 紫色, 圆形, 方形, 木制, 新式, 老式, 手工, 彩色, "
    "条纹";
constexpr const char* kStates =
    "旧, 新, 重, 轻, 干净, 软, 硬, 便宜, 贵, 普通, 满, 暖和, 冷, 干, 湿, 少见, 奇怪, 有名, 结实, 明亮, 暗, "
    "光滑, 粗糙, "
    "脏, 珍贵, 漂亮";
constexpr const char* kPersonAdjectives =
    "年轻, 热情, 安静, 快乐, 耐心, 骄傲, 聪明, 细心, 勇敢, 害羞, 大方, 固执, 疲倦, 好奇, 出名, 贫穷, 富有, "
    "孤独, 温柔, "
    "礼貌, 忙碌, 懒惰, 友好, 熟练, 严肃";
constexpr const char* kMannerAdverbs =
    "慢慢, 很快, 仔细, 悄悄, 高兴, 骄傲, 轻轻, 突然, 秘密, 公开, 坚定, 客气, 生气, 耐心, 紧张, 平静, 急切, "
    "默默, 大声";
constexpr const char* kDegreeAdverbs = "很, 非常, 特别, 相当, 十分";
constexpr const char* kThingVerbs =
    "买, 卖, 修理, 画, 借, 检查, 打开, 找到, 看见, 洗, 搬, 收拾, 包, 折, 数, 保存, 测量, 收到, 挑选, 触摸, "
    "使用, 欣赏, "
    "描述, 藏, 忘记, 偷, 订购, 展示, 丢, 捡";
// With their outcome: for 把 and 被.
constexpr const char* kDoneVerbs =
    "修好, 洗净, 搬走, 打碎, 弄丢, 卖掉, 拿走, 擦亮, 藏好, 放下, 挂起, 收好, 买走, 打破, 弄脏, 带回, 送走, "
    "包好, 举起, 推开";
constexpr const char* kPersonVerbs =
    "帮助, 感谢, 拜访, 跟随, 相信, 提醒, 邀请, 安慰, 鼓励, 佩服, 躲避, 说服, 欢迎, 认出, 推荐, 羡慕, 责怪, "
    "表扬, 批评, "
    "教, 了解, 原谅, 遇见, 陪伴, 等待, 打听";
constexpr const char* kIdleVerbs =
    "休息, 微笑, 叹气, 工作, 唱歌, 做梦, 犹豫, 跳舞, 咳嗽, 抱怨, 祈祷, 发抖, 睡觉, 哭泣, 散步, 思考, 聊天, "
    "发呆, 喝茶, 钓鱼, "
    "读书, 写字";
// Before 得: those that are no verb with its object.
constexpr const char* kMannerVerbs = "笑, 哭, 等, 唱, 跑, 说, 玩, 写, 吃, 听";
constexpr const char* kMotionVerbs = "走, 跑, 赶, 来, 搬, 骑马, 坐车";
constexpr const char* kSayingVerbs = "认为, 觉得, 听说, 知道, 希望, 承认, 怀疑, 发现, 记得, 宣布, 保证";
constexpr const char* kGivingVerbs = "送给, 交给, 借给, 寄给, 还给, 卖给";
constexpr const char* kMakingVerbs = "做, 造, 设计, 装饰, 雕刻, 编织, 准备, 组装";
constexpr const char* kFeelings = "高兴, 难过, 吃惊, 满意, 失望, 着急, 放心, 感动, 害怕, 得意";

constexpr const char* kMannerIdioms =
    "小心翼翼, 一心一意, 全力以赴, 不知不觉, 自言自语, 不慌不忙, 毫不犹豫, 三番五次, 争先恐后, 不声不响, "
    "异口同声, 理直气壮, "
    "漫不经心, 聚精会神, 迫不及待, 千方百计, 一声不吭, 大摇大摆, 从容不迫, 目不转睛";
constexpr const char* kStateIdioms =
    "兴高采烈, 垂头丧气, 手忙脚乱, 目瞪口呆, 忐忑不安, 喜出望外, 哭笑不得, 心满意足, 愁眉苦脸, 半信半疑, "
    "无可奈何, 莫名其妙, "
    "精疲力竭, 七上八下, 无精打采, 满头大汗, 眉开眼笑, 依依不舍";

// "words | parts of speech"
constexpr std::array kConnectives = {
    "总 的 来 说 | ADV PART VERB VERB",
    "换 句 话 说 | VERB NOUN NOUN VERB",
    "从 那 以后 | ADP DET NOUN",
    "除 此 之外 | ADP PRON ADP",
    "在 这 期间 | ADP DET NOUN",
    "说 来 话 长 | VERB VERB NOUN ADJ",
    "也 就 是 说 | ADV ADV VERB VERB",
    "毫 无 疑问 | ADV VERB NOUN",
    "就 这样 | ADV ADV",
    "过 了 一会儿 | VERB AUX NOUN",
};
constexpr std::array kIdleHabits = {
    "打 瞌睡 | VERB NOUN", "开 夜车 | VERB NOUN", "凑 热闹 | VERB NOUN", "碰 钉子 | VERB NOUN",
    "走 弯路 | VERB NOUN", "吃 苦头 | VERB NOUN", "伤 脑筋 | VERB NOUN", "出 主意 | VERB NOUN",
    "发 脾气 | VERB NOUN", "说 实话 | VERB NOUN", "爱 面子 | VERB NOUN", "耍 花招 | VERB NOUN",
};
constexpr std::array kPartnerHabits = {
    "开 玩笑 | VERB NOUN", "打 招呼 | VERB NOUN", "打 交道 | VERB NOUN",
    "交 朋友 | VERB NOUN", "闹 别扭 | VERB NOUN", "讲 道理 | VERB NOUN",
};

template <typename Item>
std::vector<Item> pairsOf(std::string_view text) {
  std::vector<Item> items;
  for (const std::string& entry : listOf(text)) {
    const size_t space = entry.find(' ');
    items.push_back({entry.substr(0, space), entry.substr(space + 1)});
  }
  return items;
}

template <typename Range>
std::vector<Expression> expressionsOf(const Range& range) {
  std::vector<Expression> expressions;
  for (const char* entry : range) {
    expressions.push_back(expressionOf(entry));
  }
  return expressions;
}

}  // namespace

const ChineseLexicon& chineseLexicon() {
  static const ChineseLexicon instance = [] {
    ChineseLexicon words;
    for (const std::string& name : listOf(kFeminineNames)) {
      words.names.push_back({name, true});
    }
    for (const std::string& name : listOf(kMasculineNames)) {
      words.names.push_back({name, false});
    }
    words.things = pairsOf<ChineseNoun>(kThings);
    words.animals = pairsOf<ChineseNoun>(kAnimals);
    words.places = pairsOf<ChinesePlace>(kPlaces);
    words.towns = listOf(kTowns);
    words.roles = listOf(kRoles);
    words.materials = listOf(kMaterials);
    words.looks = listOf(kLooks);
    words.states = listOf(kStates);
    words.person_adjectives = listOf(kPersonAdjectives);
    words.manner_adverbs = listOf(kMannerAdverbs);
    words.degree_adverbs = listOf(kDegreeAdverbs);
    words.thing_verbs = listOf(kThingVerbs);
    words.done_verbs = listOf(kDoneVerbs);
    words.person_verbs = listOf(kPersonVerbs);
    words.idle_verbs = listOf(kIdleVerbs);
    words.manner_verbs = listOf(kMannerVerbs);
    words.motion_verbs = listOf(kMotionVerbs);
    words.saying_verbs = listOf(kSayingVerbs);
    words.giving_verbs = listOf(kGivingVerbs);
    words.making_verbs = listOf(kMakingVerbs);
    words.feelings = listOf(kFeelings);
    words.manner_idioms = listOf(kMannerIdioms);
    words.state_idioms = listOf(kStateIdioms);
    words.connectives = expressionsOf(kConnectives);
    words.idle_habits = expressionsOf(kIdleHabits);
    words.partner_habits = expressionsOf(kPartnerHabits);
    return words;
  }();
  return instance;
}

}  // namespace heddle::sample
